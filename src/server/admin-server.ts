import { createServer, type ServerResponse } from 'node:http'
import { safeMessageOf, safeStackOf } from '../errors.ts'
import type { Log } from '../log/log.ts'
import { type ListenTarget, listen } from './listen.ts'
import type { ReadinessReport } from './readiness.ts'

export interface AdminServer {
  listen(target: ListenTarget): Promise<number | undefined>
  close(): void
}

export interface AdminParts {
  readiness(): Promise<ReadinessReport>
  metrics?: (() => Promise<MetricsText>) | undefined
  log: Log
}

export interface MetricsText {
  contentType: string
  text: string
}

/** Liveness, readiness with reasons, and metrics, on a port that the public never sees. */
export function createAdminServer({ readiness, metrics, log }: AdminParts): AdminServer {
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

  const server = createServer((request, response) => {
    answer(request.url?.split('?')[0], response).catch((error: unknown) => {
      const fields = { code: 'INTERNAL' as const, stack: safeStackOf(error) }
      log.error(fields, `a fault of ours on the admin port: ${safeMessageOf(error)}`)
      send(response, 500, 'text/plain', '500 A fault of ours: see the log\n')
    })
  })
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
