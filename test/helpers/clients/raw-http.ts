import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** An answer as it stood on the wire. */
export interface WireAnswer {
  status: number
  /** By lower-case name; a header that came twice has both values, joined by `, `. */
  headers: Record<string, string>
  body: string
}

/** A TCP connection, or TLS over one, of which the test decides every byte. */
export interface RawConnection {
  readonly socket: Socket
  /** Everything that came, latin1. */
  readonly received: string
  send(text: string | Buffer): void
  /** Sends FIN. */
  finish(): void
  /** Sends RST. */
  reset(): void
  /** Resolves with the first `count` answers as soon as they are here; rejects when the connection ends before. */
  answers(count: number, methods?: string[]): Promise<WireAnswer[]>
  /** Resolves with the one answer to what was sent last. */
  answer(method?: string): Promise<WireAnswer>
  /** Resolves as soon as what came fits. */
  until(fits: (received: string) => boolean): Promise<void>
  /** How the other side ended the connection. */
  readonly ended: Promise<'fin' | 'reset'>
}

const giveUpMs = 20_000

/**
 * @param options `readsNothing`: what comes is left in the kernel's buffers until `socket.resume()`; `ca`: speaks TLS with
 *   a server that is trusted by it
 */
export async function openRaw(
  port: number,
  options: { readsNothing?: boolean; ca?: Buffer } = {},
): Promise<RawConnection> {
  const { ca } = options
  const to = { port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true }
  const socket = ca === undefined ? connect(to) : connectTls({ ...to, ca })
  const pieces: Buffer[] = []
  const looks = new Set<() => void>()
  let ending: 'fin' | 'reset' | undefined
  const look = () => {
    for (const one of looks) one()
  }
  const ended = new Promise<'fin' | 'reset'>((resolve) => {
    const end = (how: 'fin' | 'reset') => {
      ending ??= how
      resolve(ending)
      look()
    }
    socket.on('error', () => end('reset'))
    socket.on('end', () => {
      // An RST that comes together with the last bytes looks like an end; only a write tells.
      if (socket.writableEnded) end('fin')
      else socket.write('\n', (error) => (error ? end('reset') : setImmediate(() => end('fin'))))
    })
    socket.on('close', () => end('reset'))
  })
  if (!options.readsNothing) {
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece)
      look()
    })
  }
  await new Promise<void>((resolve, reject) => {
    socket.once(ca === undefined ? 'connect' : 'secureConnect', resolve)
    socket.once('error', reject)
  })

  const received = () => Buffer.concat(pieces).toString('latin1')
  function until<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        done()
        reject(new Error(`${why}; this came: ${JSON.stringify(received().slice(0, 2000))}`))
      }
      const timer = setTimeout(() => fail(`nothing fit within ${giveUpMs} ms`), giveUpMs)
      const done = () => {
        clearTimeout(timer)
        looks.delete(one)
      }
      const one = () => {
        const found = find()
        if (found !== undefined) {
          done()
          resolve(found)
        } else if (ending !== undefined) fail(`the connection ended (${ending})`)
      }
      looks.add(one)
      one()
    })
  }
  const answers = (count: number, methods: string[] = []) =>
    until(() => {
      const parsed = parseAnswers(received(), methods)
      return parsed.length >= count ? parsed.slice(0, count) : undefined
    })
  return {
    socket,
    get received() {
      return received()
    },
    send: (text) => void socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text),
    finish: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    answers,
    answer: async (method = 'GET') => (await answers(1, [method]))[0] as WireAnswer,
    until: async (fits) => {
      await until(() => (fits(received()) ? true : undefined))
    },
    ended,
  }
}

/** Sends one request over a connection of its own. */
export async function askRaw(port: number, text: string | Buffer, method = 'GET'): Promise<WireAnswer> {
  const connection = await openRaw(port)
  try {
    connection.send(text)
    return await connection.answer(method)
  } finally {
    connection.socket.destroy()
  }
}

/**
 * Reads the complete answers at the beginning of what came; interim ones are left out.
 *
 * @param methods of the requests in turn, GET unless given: an answer to HEAD has no body
 */
export function parseAnswers(received: string, methods: string[] = []): WireAnswer[] {
  const found: WireAnswer[] = []
  for (let at = 0; ; ) {
    const end = received.indexOf('\r\n\r\n', at)
    if (end === -1) return found
    const [first = '', ...lines] = received.slice(at, end).split('\r\n')
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1])
    if (Number.isNaN(status)) throw new Error(`not a status line: ${JSON.stringify(first)}`)
    const headers: Record<string, string> = {}
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? []
      const lower = name.toLowerCase()
      headers[lower] = headers[lower] === undefined ? value : `${headers[lower]}, ${value}`
    }
    at = end + 4
    if (status < 200) continue
    const isEmpty = methods[found.length] === 'HEAD' || status === 304
    const sizeBytes = isEmpty ? 0 : Number(headers['content-length'] ?? 0)
    if (received.length < at + sizeBytes) return found
    found.push({ status, headers, body: received.slice(at, at + sizeBytes) })
    at += sizeBytes
  }
}
