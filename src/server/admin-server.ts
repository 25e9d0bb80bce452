import { createServer } from 'node:http'
import { type ListenTarget, listen } from './listen.ts'
import type { Readiness } from './readiness.ts'

export interface AdminServer {
  listen(target: ListenTarget): Promise<number | undefined>
  close(): void
}

/** Liveness and readiness with reasons, on a port that the public never sees. */
export function createAdminServer(readiness: Readiness): AdminServer {
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0]
    if (path === '/livez') return response.end('ok\n')
    if (path === '/readyz') {
      const report = await readiness.check()
      response.writeHead(report.state === 'unready' ? 503 : 200, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      })
      return response.end(`${JSON.stringify(report)}\n`)
    }
    response.writeHead(404)
    return response.end('404 Not found: there are /livez and /readyz here\n')
  })
  return {
    listen: (target) => listen(server, target),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
