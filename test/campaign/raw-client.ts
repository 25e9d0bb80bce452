import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type ChunkedDecoder, createChunkedDecoder } from '../../src/s3/chunked-decoder.ts'
import { resetSocket } from '../../src/server/reset-socket.ts'

/** One request, written to the wire as it is. */
export interface RawRequest {
  method: string
  target: string
  headers: Record<string, string>
}

/** The answer as a client saw it, byte by byte. */
export interface RawAnswer {
  /** 0: no head came. */
  status: number
  /** By lower-case name; the values of `set-cookie` apart. */
  headers: Map<string, string>
  setCookies: string[]
  bodyBytes: number
  /** The first 4 KiB of the body, latin1. */
  text: string
  /**
   * How the answer ended: `complete`: at its content-length, or at its last chunk; `extra`: more bytes followed; `fin` and `reset`: the
   * connection ended before; `hung`: nothing came for too long; `left`: we closed it, as planned; `unheard`: a kept
   * connection was over before anything of an answer came.
   */
  ending: 'complete' | 'extra' | 'fin' | 'reset' | 'hung' | 'left' | 'unheard'
  headMs: number
  totalMs: number
}

export interface AskOptions {
  /** Given each piece of the body with its place in it. */
  onBody?(piece: Buffer, offset: number): void
  /** Longest silence before the head, and within the body. */
  headLimitMs?: number
  quietLimitMs?: number
  /** Closes the connection with RST once so many bytes of the body are in. */
  leaveAfterBytes?: number
  /** Reads nothing for so long once the head is in. */
  pauseMs?: number
  /** Ends the connection afterwards. */
  isLast?: boolean
}

/** A client's connections to one port, one at a time, kept where both sides keep them. */
export interface RawClient {
  ask(request: RawRequest, options?: AskOptions): Promise<RawAnswer>
  close(): void
}

/** @param ca speaks TLS with a server that is trusted by it */
export function createRawClient(port: number, ca?: Buffer): RawClient {
  let kept: Socket | undefined
  return {
    async ask(request, options = {}) {
      const wasKept = kept !== undefined && !kept.destroyed && !kept.readableEnded
      if (!wasKept) {
        const to = { port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true }
        kept = ca === undefined ? connect(to) : connectTls({ ...to, ca })
        // The next request tells of an error of an idle connection.
        kept.on('error', () => {})
      }
      const socket = kept as Socket
      const answer = await exchange(socket, port, request, options)
      const mayStay =
        answer.ending === 'complete' && !options.isLast && answer.headers.get('connection') !== 'close'
      if (!mayStay || socket.destroyed) {
        socket.destroy()
        kept = undefined
      }
      const isOver = answer.status === 0 && (answer.ending === 'fin' || answer.ending === 'reset')
      return wasKept && isOver ? { ...answer, ending: 'unheard' } : answer
    },
    close() {
      kept?.destroy()
      kept = undefined
    },
  }
}

const textBytes = 4096

function exchange(
  socket: Socket,
  port: number,
  request: RawRequest,
  options: AskOptions,
): Promise<RawAnswer> {
  const { headLimitMs = 10_000, quietLimitMs = 10_000, leaveAfterBytes = Number.POSITIVE_INFINITY } = options
  const startedAt = performance.now()
  const answer: RawAnswer = {
    status: 0,
    ...{ headers: new Map(), setCookies: [], bodyBytes: 0, text: '', ending: 'hung' },
    ...{ headMs: 0, totalMs: 0 },
  }
  let head = Buffer.alloc(0)
  let hasHead = false
  let expectedBytes = Number.POSITIVE_INFINITY
  let decoder: ChunkedDecoder | undefined
  return new Promise((resolve) => {
    let timer = setTimeout(() => finish('hung'), headLimitMs)
    let pause: NodeJS.Timeout | undefined
    const finish = (ending: RawAnswer['ending']) => {
      clearTimeout(timer)
      clearTimeout(pause)
      socket.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose)
      socket.resume()
      if (ending === 'hung' || ending === 'left') resetSocket(socket)
      answer.ending = ending
      answer.totalMs = performance.now() - startedAt
      resolve(answer)
    }
    /** @returns `undefined` for what is no chunk */
    const decode = (received: Buffer): Buffer | undefined => {
      try {
        return decoder === undefined ? received : decoder.push(received)
      } catch {
        return undefined
      }
    }
    const take = (received: Buffer) => {
      const piece = decode(received)
      if (piece === undefined) return finish('extra')
      const own = piece.subarray(0, Math.max(0, expectedBytes - answer.bodyBytes))
      if (own.length > 0) {
        if (answer.text.length < textBytes)
          answer.text += own.toString('latin1', 0, textBytes - answer.text.length)
        options.onBody?.(own, answer.bodyBytes)
        answer.bodyBytes += own.length
      }
      if (own.length < piece.length) finish('extra')
      else if (answer.bodyBytes >= leaveAfterBytes) finish('left')
      else if (answer.bodyBytes === expectedBytes || decoder?.isDone) finish('complete')
      else {
        clearTimeout(timer)
        timer = setTimeout(() => finish('hung'), quietLimitMs)
      }
    }
    const onData = (piece: Buffer) => {
      if (hasHead) return take(piece)
      head = Buffer.concat([head, piece])
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return
      hasHead = true
      readHead(answer, head.toString('latin1', 0, end))
      const isEmpty = request.method === 'HEAD' || answer.status === 304
      const length = answer.headers.get('content-length')
      if (isEmpty) expectedBytes = 0
      else if (length !== undefined) expectedBytes = Number(length)
      else if (answer.headers.has('transfer-encoding')) decoder = createChunkedDecoder()
      answer.headMs = performance.now() - startedAt
      if (options.pauseMs !== undefined) {
        socket.pause()
        pause = setTimeout(() => socket.resume(), options.pauseMs)
      }
      take(head.subarray(end + 4))
    }
    // An RST that comes together with the last bytes looks like an end; only a write tells.
    const onEnd = () => socket.write('\n', (error) => finish(error ? 'reset' : 'fin'))
    const onError = () => finish('reset')
    const onClose = () => finish('reset')
    socket.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose)
    const lines = Object.entries({ host: `127.0.0.1:${port}`, ...request.headers })
    if (options.isLast) lines.push(['connection', 'close'])
    const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    socket.write(`${request.method} ${request.target} HTTP/1.1\r\n${text}\r\n`, 'latin1')
  })
}

function readHead(answer: RawAnswer, head: string): void {
  const [first = '', ...lines] = head.split('\r\n')
  answer.status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1] ?? -1)
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'set-cookie') answer.setCookies.push(value)
    else answer.headers.set(name, answer.headers.has(name) ? `${answer.headers.get(name)}, ${value}` : value)
  }
}
