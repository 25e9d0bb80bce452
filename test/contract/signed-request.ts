import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import type { S3Client } from '@aws-sdk/client-s3'
import type { ContractServer } from './contract-server.ts'

export interface SignedRequestOptions {
  method?: string
  /** The key below the bucket, percent-encoded as it is sent. */
  rawKey: string
  /** Another spelling of the same key, which is sent in place of the signed one. */
  sentKey?: string
  query?: Record<string, string>
  headers?: Record<string, string>
  agent?: Agent
  /** The host of the bucket for domain style; without it the request has path style. */
  virtualHost?: string
  bucket?: string
  /** Changes the headers between signing and sending. */
  tamper?: (headers: Record<string, string>) => void
}

export interface RawAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  /** The client's port. Two requests with the same port used the same connection. */
  localPort: number
}

const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Signs with the SDK's own signer and sends over `node:http`, which keeps the path byte for byte. */
export async function sendSigned(
  server: ContractServer,
  client: S3Client,
  options: SignedRequestOptions,
): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(server.origin)
  const method = options.method ?? 'GET'
  const path =
    options.virtualHost === undefined
      ? `/${options.bucket ?? server.bucket}/${options.rawKey}`
      : `/${options.rawKey}`
  const query = options.query ?? {}
  const signer = await client.config.signer()
  const signed = await signer.sign({
    ...{ method, protocol: 'http:', hostname, port: Number(port), path, query },
    headers: {
      host: options.virtualHost ?? host,
      'x-amz-content-sha256': emptySha256,
      ...options.headers,
    },
  })
  const headers = { ...signed.headers }
  const sentPath = options.sentKey === undefined ? path : path.replace(options.rawKey, options.sentKey)
  const search = options.query === undefined ? '' : `?${new URLSearchParams(query)}`
  options.tamper?.(headers)
  const agent = options.agent ?? new Agent({ keepAlive: false })
  return await new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, method, path: sentPath + search, headers, agent },
      (answer) => {
        // The socket loses its port once it is closed.
        const localPort = answer.socket.localPort ?? 0
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.once('error', reject)
        answer.once('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(parts),
            localPort,
          }),
        )
      },
    )
    outgoing.once('error', reject)
    outgoing.end()
  })
}
