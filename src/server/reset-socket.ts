import type { Socket } from 'node:net'

/** Ends a connection so that the client sees that something is missing: with RST where there is plain TCP. */
export function resetSocket(socket: Socket): void {
  try {
    socket.resetAndDestroy()
  } catch {
    // Unix sockets have no RST. Under TLS the missing `close_notify` and the missing bytes tell it.
    socket.destroy()
  }
}
