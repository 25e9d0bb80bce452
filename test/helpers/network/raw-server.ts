import { createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { listenOnLoopback } from './listen-on-loopback.ts'

export interface RawServer {
  readonly port: number
  readonly sockets: Socket[]
}

/**
 * A TCP server that answers as a test says, byte for byte: for what no HTTP server would send.
 *
 * @param onRequest called with each request head as it is complete, counted from 1 over all connections
 */
export async function startRawServer(
  t: Pick<TestContext, 'after'>,
  onRequest: (socket: Socket, head: string, ordinal: number) => void,
): Promise<RawServer> {
  const sockets: Socket[] = []
  let ordinal = 0
  const server = createServer({ noDelay: true, allowHalfOpen: false }, (socket) => {
    sockets.push(socket)
    let text = ''
    socket.setEncoding('latin1')
    socket.on('error', () => {})
    socket.on('data', (piece: string) => {
      text += piece
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end)
        text = text.slice(end + 4)
        onRequest(socket, head, ++ordinal)
      }
    })
  })
  const { port } = await listenOnLoopback(server, t)
  return { port, sockets }
}
