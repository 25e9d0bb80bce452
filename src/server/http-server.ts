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
  /** Listens. @returns the port, also where the given one was 0; `undefined` where the target is no port */
  listen(target: ListenTarget): Promise<number | undefined>
  /** Sets other limits for new connections, and another certificate where there is one already. */
  configure(limits: ServerLimits, certificate?: Certificate): void
  /**
   * Stops listening, lets requests under way finish, and closes every other connection at once.
   *
   * @returns the number of requests that were still under way after `timeoutMs` and were reset
   */
  drain(timeoutMs: number): Promise<number>
  readonly activity: Readonly<Activity>
}

export interface ServerLimits {
  headersTimeoutMs: number
  keepAliveTimeoutMs: number
  sendTimeoutMs: number
  /** Decides about HSTS: clients that speak TLS get the header unless this is an http URL. */
  publicUrl?: Pick<PublicUrl, 'isSecure'> | undefined
  /** Value of `cross-origin-resource-policy`: which sites may embed the objects. The default is `same-site`. */
  crossOriginResourcePolicy?: string | undefined
}

/** A chain of certificates, the server's own first, and the key of that one; PEM. */
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
  /** The certificate of this server. With one, clients speak TLS; without one, plain HTTP. */
  certificate?: Certificate | undefined
}

/** The longest time for the body of a request. Bodies of requests are read and thrown away. */
const requestTimeoutMs = 60_000

/**
 * Speaks HTTP/1.1 with clients. It sets limits and timeouts, keeps the order on each connection, and answers bytes
 * that are no request as well.
 *
 * A client that closes its side of the connection counts as gone, as in most proxies. A client that left looks the
 * same, and its request to S3 has to be cancelled at once.
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
    connectionsCheckingInterval: Math.max(25, sweepMs(options) / 4),
    // `readIncoming` answers a missing host, as it answers all bad headers.
    requireHostHeader: false,
    noDelay: true,
  }
  const tlsServer =
    certificate === undefined
      ? undefined
      : createTlsServer({ ...settings, ...tlsOf(certificate), handshakeTimeout: options.headersTimeoutMs })
  const server = tlsServer ?? createServer(settings)
  setLimits(options)
  // Node drops headers beyond this number silently. One more than the limit shows that there were too many.
  server.maxHeadersCount = maxHeaders + 1
  server.on('timeout', connections.timeOut)
  server.on(tlsServer === undefined ? 'connection' : 'secureConnection', connections.add)
  /** Sockets of TLS, also before the end of their handshake; `connections` gets them after it. */
  const sockets = tlsServer === undefined ? undefined : trackSockets(tlsServer)
  const enqueue = (message: IncomingMessage, response: ServerResponse) =>
    connections.enqueue(message, response)
  server.on('request', enqueue)
  // Requests with `expect` are answered as all others: a page that needs the body says so to the client.
  server.on('checkContinue', enqueue)
  server.on('checkExpectation', enqueue)
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const malformed = toMalformed(error, socket)
    if (malformed === undefined) socket.destroy()
    else refuse(socket, malformed)
  })
  server.on('connect', (message: IncomingMessage, socket: Socket) => {
    // Node has detached the socket: it handles no errors or timeouts any more, and reads nothing.
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
    server.headersTimeout = limits.headersTimeoutMs - sweepMs(limits)
    server.requestTimeout = Math.max(requestTimeoutMs, limits.headersTimeoutMs)
    server.keepAliveTimeout = limits.keepAliveTimeoutMs
    // Node checks whether a pending write has made progress before it emits `timeout`.
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
      // The sockets that are left have not finished their handshake.
      for (const socket of sockets ?? []) socket.destroy()
      return cut
    },
  }
}

/**
 * Node sweeps for expired connections at intervals, and sweeping thousands takes time. Starting this much earlier
 * keeps `headersTimeoutMs` an upper bound.
 */
function sweepMs({ headersTimeoutMs }: ServerLimits): number {
  return Math.min(1000, Math.ceil(headersTimeoutMs / 10))
}

/** Ciphers with forward secrecy and authenticated encryption. The first ones cost the least CPU. */
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
