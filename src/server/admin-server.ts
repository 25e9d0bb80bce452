import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Log } from '../log/log.ts'
import { logFault } from '../log/log-fault.ts'
import { throttle } from '../waiting/throttle.ts'
import type { AdminAnswer } from './admin-answer.ts'
import { answerSessions, type OperatorSessions } from './admin-sessions.ts'
import { type ListenTarget, listen } from './listen.ts'
import type { ReadinessReport } from './readiness.ts'
import { stopParserOnceDestroyed } from './stop-parser.ts'

export interface AdminServer {
  listen(target: ListenTarget): Promise<number | undefined>
  close(): void
}

export interface AdminServerOptions {
  readiness(): Promise<ReadinessReport>
  metrics?: (() => Promise<MetricsText>) | undefined
  sessions: OperatorSessions
  log: Log
}

export interface MetricsText {
  contentType: string
  text: string
}

/** The least time between two collections of metrics, of which each takes about 6 ms of the one thread. */
const metricsEveryMs = 250
const readinessEveryMs = 100
/** The most connections at once: scrapers and probes need a few. */
const maxConnections = 64
const headersTimeoutMs = 10_000

/**
 * Serves liveness, readiness with reasons, metrics and people's sessions on a port that the public never sees.
 *
 * Requests that come at the same time share one answer, so that they do not slow down anybody else.
 */
export function createAdminServer(options: AdminServerOptions): AdminServer {
  const { log } = options
  const now = () => performance.now()
  const readiness = throttle(options.readiness, readinessEveryMs, now)
  const metrics = options.metrics && throttle(options.metrics, metricsEveryMs, now)

  async function answer(request: IncomingMessage): Promise<AdminAnswer> {
    const path = request.url?.split('?')[0]
    if (path === '/livez') return { status: 200, contentType: 'text/plain', text: 'ok\n' }
    if (path === '/readyz') {
      const report = await readiness()
      const status = report.state === 'unready' ? 503 : 200
      return { status, contentType: 'application/json', text: `${JSON.stringify(report)}\n` }
    }
    if (path === '/metrics' && metrics !== undefined) return { status: 200, ...(await metrics()) }
    if (path === '/sessions') return answerSessions(options.sessions, request)
    const text = '404 Not found: there are /livez, /readyz, /metrics and /sessions here\n'
    return { status: 404, contentType: 'text/plain', text }
  }

  /** Connections with a request that is not yet answered. */
  const busy = new WeakSet<Socket>()
  const server = createServer({ headersTimeout: headersTimeoutMs }, (request, response) => {
    const { socket } = request
    // No scraper and no probe sends another request before it has its answer.
    if (busy.has(socket)) return void socket.destroy()
    busy.add(socket)
    response.once('close', () => busy.delete(socket))
    void answer(request)
      .catch((error: unknown): AdminAnswer => {
        logFault(log, error, ' on the admin port')
        return { status: 500, contentType: 'text/plain', text: '500 A fault of ours: see the log\n' }
      })
      .then((reply) => send(response, reply))
  })
  server.maxConnections = maxConnections
  server.on('connection', stopParserOnceDestroyed)
  return {
    listen: (target) => listen(server, target),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function send(response: ServerResponse, { status, contentType, text, headers }: AdminAnswer): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store', ...headers })
  response.end(text)
}
