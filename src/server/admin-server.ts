import { createServer, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Log } from '../log/log.ts'
import { logFault } from '../log/log-fault.ts'
import { throttle } from '../waiting/throttle.ts'
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
 * Serves liveness, readiness with reasons, and metrics on a port that the public never sees.
 *
 * Requests that come at the same time share one answer, so that they do not slow down anybody else.
 */
export function createAdminServer(options: AdminServerOptions): AdminServer {
  const { log } = options
  const now = () => performance.now()
  const readiness = throttle(options.readiness, readinessEveryMs, now)
  const metrics = options.metrics && throttle(options.metrics, metricsEveryMs, now)

  async function answer(path: string | undefined, response: ServerResponse): Promise<void> {
    if (path === '/livez') return send(response, 200, 'text/plain', 'ok\n')
    if (path === '/readyz') {
      const report = await readiness()
      const status = report.state === 'unready' ? 503 : 200
      return send(response, status, 'application/json', `${JSON.stringify(report)}\n`)
    }
    if (path === '/metrics' && metrics !== undefined) {
      const { contentType, text } = await metrics()
      return send(response, 200, contentType, text)
    }
    send(response, 404, 'text/plain', '404 Not found: there are /livez, /readyz and /metrics here\n')
  }

  /** Connections with a request that is not yet answered. */
  const busy = new WeakSet<Socket>()
  const server = createServer({ headersTimeout: headersTimeoutMs }, (request, response) => {
    const { socket } = request
    // No scraper and no probe sends another request before it has its answer.
    if (busy.has(socket)) return void socket.destroy()
    busy.add(socket)
    response.once('close', () => busy.delete(socket))
    answer(request.url?.split('?')[0], response).catch((error: unknown) => {
      logFault(log, error, ' on the admin port')
      send(response, 500, 'text/plain', '500 A fault of ours: see the log\n')
    })
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

function send(response: ServerResponse, status: number, contentType: string, text: string): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' })
  response.end(text)
}
