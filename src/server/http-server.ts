import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { messageOf } from '../errors.ts'
import { errorReply } from '../http/error-reply.ts'
import { type Log, logAccess } from '../log.ts'
import type { Exchange } from './exchange.ts'
import type { Handler } from './handler.ts'
import { readIncoming } from './incoming.ts'
import { answerMalformed } from './malformed.ts'
import { type Sent, sendReply } from './send.ts'

export interface HttpServer {
  /** @returns the port, which differs from the given one when that is 0 */
  listen(port: number, host: string): Promise<number>
  /**
   * Stops listening, lets requests under way finish, and closes every other connection at once.
   *
   * @returns how many requests were still under way after `timeoutMs` and were reset
   */
  drain(timeoutMs: number): Promise<number>
}

export interface HttpServerOptions {
  handler: Handler
  log: Log
  headersTimeoutMs: number
  keepAliveTimeoutMs: number
  sendTimeoutMs: number
}

/** Bodies of requests mean nothing here; this long they may take to be thrown away. */
const requestTimeoutMs = 60_000

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { handler, log } = options
  /** Every connection, and how many of its requests are not yet answered. */
  const underWay = new Map<Socket, number>()
  let isDraining = false
  let onIdle: () => void = () => {}

  const server: Server = createServer({
    headersTimeout: options.headersTimeoutMs,
    requestTimeout: Math.max(requestTimeoutMs, options.headersTimeoutMs),
    keepAliveTimeout: options.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.max(50, Math.min(1000, options.headersTimeoutMs / 4)),
    noDelay: true,
  })
  // Node looks whether a waiting write has made progress before it says that a socket has timed out.
  server.timeout = options.sendTimeoutMs
  server.on('timeout', (socket: Socket) => {
    const count = underWay.get(socket) ?? 0
    // Waiting for S3 or the SSO is not the client's fault.
    if (count > 0 && socket.writableLength === 0) socket.setTimeout(options.sendTimeoutMs)
    else if (count > 0) socket.resetAndDestroy()
    else socket.destroy()
  })
  server.on('connection', (socket: Socket) => {
    underWay.set(socket, 0)
    socket.once('close', () => {
      underWay.delete(socket)
      onIdle()
    })
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    answerMalformed(error.code, socket, underWay.get(socket) ?? 0, log)
  })
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    answerMalformed('CONNECT', socket, underWay.get(socket) ?? 0, log, request.headers['x-request-id'])
  })
  server.on('request', (message, response) => {
    void answer(message, response)
  })

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now()
    const { socket } = message
    underWay.set(socket, (underWay.get(socket) ?? 0) + 1)
    const gone = new AbortController()
    response.once('close', () => {
      if (!response.writableFinished) gone.abort()
    })
    if (hasBody(message)) {
      // It is thrown away; a client that goes on sending does so until the connection is closed.
      message.resume()
      response.shouldKeepAlive = false
    }
    if (isDraining) response.shouldKeepAlive = false

    const exchange: Exchange = { route: 'invalid' }
    const incoming = readIncoming(message, gone.signal)
    const id = incoming.kind === 'request' ? incoming.request.id : incoming.requestId
    const reply =
      incoming.kind === 'request'
        ? await handler(incoming.request, exchange)
        : errorReply(incoming.code, { requestId: id, accept: message.headers.accept })
    if (isDraining) response.shouldKeepAlive = false
    const body = reply.body
    reply.headers.push('x-request-id', id, 'x-content-type-options', 'nosniff')
    const sent = await sendReply(reply, response, message.method ?? '')
    finish(socket)
    logAccess(log, {
      requestId: id,
      method: message.method ?? '',
      path: incoming.kind === 'request' ? incoming.request.path : '',
      status: reply.status,
      bytes: sent.bytes,
      outcome: sent.outcome,
      totalMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
      code: reply.code,
      ...exchange,
      ...healingOf(body),
    })
    if (sent.outcome === 'cut') logCut(log, id, sent)
  }

  function finish(socket: Socket): void {
    const left = (underWay.get(socket) ?? 1) - 1
    if (underWay.has(socket)) underWay.set(socket, left)
    // The head may have promised to keep the connection before the shutdown began.
    if (isDraining && left === 0) socket.destroySoon()
  }

  function busySockets(): Socket[] {
    return [...underWay].filter(([, count]) => count > 0).map(([socket]) => socket)
  }

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => {
          server.removeListener('error', reject)
          resolve((server.address() as AddressInfo).port)
        })
      }),
    drain(timeoutMs) {
      isDraining = true
      server.close()
      for (const [socket, count] of underWay) if (count === 0) socket.destroy()
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          const cut = busySockets()
          for (const socket of cut) socket.resetAndDestroy()
          resolve(cut.length)
        }, timeoutMs)
        onIdle = () => {
          if (underWay.size > 0) return
          clearTimeout(timer)
          resolve(0)
        }
        onIdle()
      })
    },
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** What a body of an object knows of how it came. */
function healingOf(body: unknown): { healed?: number; askedTwiceBytes?: number } {
  const { healed = 0, askedTwiceBytes = 0 } = (body ?? {}) as { healed?: number; askedTwiceBytes?: number }
  return healed === 0 && askedTwiceBytes === 0 ? {} : { healed, askedTwiceBytes }
}

function logCut(log: Log, requestId: string, { cause }: Sent): void {
  const code = (cause as { code?: string } | undefined)?.code ?? 'INTERNAL'
  log.warn({ requestId, code }, `a body was cut, and so was the client's connection: ${messageOf(cause)}`)
}
