import type { Socket } from 'node:net'

/** Resolves when a connection is closed, by FIN or by RST; what comes until then is thrown away. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => {})
    socket.once('close', () => resolve())
    socket.resume()
  })
}
