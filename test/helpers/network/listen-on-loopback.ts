import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** A server that listens on 127.0.0.1. */
export interface LoopbackServer {
  readonly port: number
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  /** Stops listening, and destroys every connection. It may be called more than once. */
  close(): Promise<void>
  /** Listens on the same port again. */
  open(): Promise<void>
}

/** A test, after which the server is closed, or the port to listen on. Without a test, the caller closes the server. */
export interface LoopbackOptions {
  after?: TestContext['after']
  /** Default: a free one. */
  port?: number | undefined
}

/** Lets a server listen, of whatever protocol. */
export async function listenOnLoopback(
  server: Server,
  options: LoopbackOptions = {},
): Promise<LoopbackServer> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  async function listen(at: number): Promise<void> {
    server.listen(at, '127.0.0.1')
    await once(server, 'listening')
  }
  async function close(): Promise<void> {
    const closed = server.listening ? once(server, 'close') : undefined
    if (server.listening) server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await listen(options.port ?? 0)
  options.after?.(close)
  const { port } = server.address() as AddressInfo
  return { port, origin: `http://127.0.0.1:${port}`, close, open: () => listen(port) }
}
