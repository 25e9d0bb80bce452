import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { createWatch } from './watch.ts'

export interface Connections {
  readonly count: number
  /** Resolves as soon as fewer than `limit` are open. */
  below(limit: number): Promise<void>
  destroyAll(): void
}

/** Keeps account of the TCP connections of a server. */
export function trackConnections(server: HttpServer): Connections {
  const open = new Set<Socket>()
  const watch = createWatch()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      watch.changed()
    })
  })
  return {
    get count() {
      return open.size
    },
    below: (limit) => watch.until(() => open.size < limit),
    destroyAll() {
      for (const socket of open) socket.destroy()
    },
  }
}
