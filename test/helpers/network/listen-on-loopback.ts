import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** A server that listens on a free port of 127.0.0.1. */
export interface LoopbackServer {
  readonly port: number
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  /** Stops listening, and destroys every connection. */
  close(): void
}

/** Lets a server listen, of whatever protocol. @param t the test after which it is closed; without it, the caller closes it */
export async function listenOnLoopback(
  server: Server,
  t?: Pick<TestContext, 'after'>,
): Promise<LoopbackServer> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const close = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t?.after(close)
  const { port } = server.address() as AddressInfo
  return { port, origin: `http://127.0.0.1:${port}`, close }
}
