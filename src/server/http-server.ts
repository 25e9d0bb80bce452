import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Server, Socket } from 'node:net'
import type { PublicUrl } from '../config/schema/public-url.ts'
import type { Log } from '../log/log.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { type Activity, createAnswer, recordOfDropped } from './answer.ts'
import { type Connections, createConnections } from './connections.ts'
import type { Handler } from './handler.ts'
import { maxHeaders, requestIdOf } from './incoming.ts'
import { type ListenTarget, listen } from './listen.ts'
import { answerMalformed, type Malformed, toMalformed } from './malformed.ts'

export interface HttpServer {
  /** @returns the port, which differs from the given one when that is 0; `undefined` when it is none */
  listen(target: ListenTarget): Promise<number | undefined>
  /** Other limits, for connections from now on; another certificate, where there was one before. */
  configure(limits: ServerLimits, certificate?: Certificate): void
  /**
   * Stops listening, lets requests under way finish, and closes every other connection at once.
   *
   * @returns how many requests were still under way after `timeoutMs` and were reset
   */
  drain(timeoutMs: number): Promise<number>
  readonly activity: Readonly<Activity>
}

export interface ServerLimits {
  headersTimeoutMs: number
  keepAliveTimeoutMs: number
  sendTimeoutMs: number
  /** Where clients speak TLS and this is no http URL, they are told never to come by http again. */
  publicUrl?: Pick<PublicUrl, 'isSecure'> | undefined
  /** Who may embed what is sent; without it `same-site`. */
  crossOriginResourcePolicy?: string | undefined
}

/** Certificate, those between it and the authority, and the key of the first; PEM. */
export interface Certificate {
  cert: string
  key: string
}

export interface HttpServerOptions extends ServerLimits {
  handler: Handler
  log: Log
  /** Gets the record of each request when that is over. */
  onEnd(record: RequestRecord): void
  /** Whether records note when each wait was. */
  notesPhases: boolean
  /** With it, clients speak TLS. */
  certificate?: Certificate | undefined
}

/** Bodies of requests mean nothing here; this long they may take to be thrown away. */
const requestTimeoutMs = 60_000

/**
 * HTTP/1.1 to clients: limits and timeouts, order on each connection, and an answer to everything, also to what
 * is no request.
 *
 * A client that closes its side of the connection counts as gone, as in most proxies: it cannot be told from one
 * that left, whose request to S3 is to be cancelled at once.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { log, onEnd, certificate } = options
  const activity: Activity = { requests: 0, streams: 0 }
  let { sendTimeoutMs } = options
  let isHttpsOnly = false
  let embedders = ''
  const connections: Connections = createConnections({
    answer: createAnswer({
      ...options,
      activity,
      isDraining: () => connections.isDraining,
      isHttpsOnly: () => isHttpsOnly,
      embedders: () => embedders,
    }),
    onDropped: (turn) => onEnd(recordOfDropped(turn)),
    sendTimeoutMs: () => sendTimeoutMs,
  })
  const settings = {
    connectionsCheckingInterval: Math.max(25, closingMs(options) / 4),
    // A missing one is answered where all bad headers are.
    requireHostHeader: false,
    noDelay: true,
  }
  const tlsServer =
    certificate === undefined
      ? undefined
      : createTlsServer({ ...settings, ...tlsOf(certificate), handshakeTimeout: options.headersTimeoutMs })
  const server = tlsServer ?? createServer(settings)
  setLimits(options)
  // Node leaves out silently what is beyond: one more than there may be shows that there were too many.
  server.maxHeadersCount = maxHeaders + 1
  server.on('timeout', connections.timeOut)
  server.on(tlsServer === undefined ? 'connection' : 'secureConnection', connections.add)
  /** Of TLS too, whose connections are made once the handshake is done. */
  const sockets = tlsServer === undefined ? undefined : trackSockets(tlsServer)
  const take = (message: IncomingMessage, response: ServerResponse) => connections.take(message, response)
  server.on('request', take)
  // No body is waited for, and no other expectation is refused.
  server.on('checkContinue', take)
  server.on('checkExpectation', take)
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const malformed = toMalformed(error, socket)
    if (malformed === undefined) socket.destroy()
    else refuse(socket, malformed)
  })
  server.on('connect', (message: IncomingMessage, socket: Socket) => {
    // Node has let go of the socket: nobody else listens for its errors and timeouts, or reads.
    socket.on('error', () => socket.destroy())
    socket.on('timeout', () => connections.timeOut(socket))
    socket.resume()
    refuse(socket, { status: 405, reason: 'CONNECT', requestId: requestIdOf(message.headers) })
  })

  function refuse(socket: Socket, malformed: Malformed): void {
    connections.refuse(socket, () => answerMalformed(malformed, socket, onEnd))
  }

  function setLimits(limits: ServerLimits): void {
    sendTimeoutMs = limits.sendTimeoutMs
    isHttpsOnly = tlsServer !== undefined && limits.publicUrl?.isSecure !== false
    embedders = limits.crossOriginResourcePolicy ?? 'same-site'
    server.headersTimeout = limits.headersTimeoutMs - closingMs(limits)
    server.requestTimeout = Math.max(requestTimeoutMs, limits.headersTimeoutMs)
    server.keepAliveTimeout = limits.keepAliveTimeoutMs
    // Node looks whether a waiting write has made progress before it says that a socket has timed out.
    server.timeout = limits.sendTimeoutMs
  }

  return {
    activity,
    async listen(target) {
      const port = await listen(server, target)
      server.on('error', (error) =>
        log.error({ code: 'LISTEN_FAILED' }, `the listening socket failed: ${error.message}`),
      )
      return port
    },
    configure(limits, next) {
      setLimits(limits)
      if (next !== undefined) tlsServer?.setSecureContext(tlsOf(next))
    },
    async drain(timeoutMs) {
      server.close()
      const cut = await connections.drain(timeoutMs)
      // What is left has not shaken hands.
      for (const socket of sockets ?? []) socket.destroy()
      return cut
    },
  }
}

/**
 * Node looks now and then, and closes what is over then, which takes a while where there are thousands: so long
 * before their time it begins, and nobody has more than was told.
 */
function closingMs({ headersTimeoutMs }: ServerLimits): number {
  return Math.min(1000, Math.ceil(headersTimeoutMs / 10))
}

/** Each with forward secrecy and authenticated encryption; the first ones need no more of a CPU than they must. */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

/** @see RFC 9325 sections 3.1.1 and 4.2 */
function tlsOf({ cert, key }: Certificate) {
  return { cert, key, minVersion: 'TLSv1.2' as const, ciphers, honorCipherOrder: true }
}

function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return sockets
}
