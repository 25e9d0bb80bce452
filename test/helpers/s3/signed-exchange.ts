import { connect, type Socket } from 'node:net'
import { S3Client } from '@aws-sdk/client-s3'
import { connectionEnding } from '../network/connection-ending.ts'
import type { S3StandIn } from './stand-in/stand-in-types.ts'

export interface RawAnswer {
  status: number
  head: string
  body: Buffer
  /** The state of the connection when the answer was complete. */
  ending: 'open' | 'fin' | 'reset'
}

const giveUpMs = 20_000
const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Makes the text of a signed request. @param key in its canonical spelling */
export async function signRequest(
  s3: S3StandIn,
  key: string,
  options: {
    method?: string
    headers?: Record<string, string>
    sessionToken?: string
    at?: Date
    query?: Record<string, string>
  } = {},
): Promise<string> {
  const { accessKeyId, secretAccessKey, region } = s3
  const token = options.sessionToken ?? s3.sessionToken
  const credentials = {
    accessKeyId,
    secretAccessKey,
    ...(token === undefined ? {} : { sessionToken: token }),
  }
  const client = new S3Client({ region, endpoint: s3.origin, credentials })
  const method = options.method ?? 'GET'
  const path = `/${s3.bucket}/${key}`
  const query = options.query ?? {}
  const host = `127.0.0.1:${s3.port}`
  const signer = await client.config.signer()
  const signed = await signer.sign(
    {
      ...{ method, path, protocol: 'http:', hostname: '127.0.0.1', query },
      headers: { host, 'x-amz-content-sha256': emptySha256, ...options.headers },
    },
    options.at === undefined ? {} : { signingDate: options.at },
  )
  client.destroy()
  const lines = Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const search = Object.keys(query).length === 0 ? '' : `?${new URLSearchParams(query)}`
  return `${method} ${path}${search} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** Sends a text, and reads until the connection ends or `isEnough` is true. */
export function exchange(
  port: number,
  request: string,
  isEnough: (received: Buffer) => boolean = () => false,
): Promise<RawAnswer & { socket: Socket }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let received = Buffer.alloc(0)
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`after ${giveUpMs} ms this had come: ${received.toString('latin1', 0, 2000)}`))
    }, giveUpMs)
    const settle = (ending: RawAnswer['ending']) => {
      clearTimeout(timer)
      resolve({ ...toAnswer(received, ending), socket })
    }
    socket.on('data', (part) => {
      received = Buffer.concat([received, part])
      if (isEnough(received)) settle('open')
    })
    void connectionEnding(socket).then(settle)
    socket.write(request)
  })
}

function toAnswer(received: Buffer, ending: RawAnswer['ending']): RawAnswer {
  const split = received.indexOf('\r\n\r\n')
  const head = received.toString('latin1', 0, split < 0 ? received.length : split)
  const body = split < 0 ? Buffer.alloc(0) : received.subarray(split + 4)
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), head: head.toLowerCase(), body, ending }
}
