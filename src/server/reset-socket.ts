import type { Socket } from 'node:net'

/** Ends a connection so that the client sees an error and not a clean end: over plain TCP with RST. */
export function resetSocket(socket: Socket): void {
  try {
    socket.resetAndDestroy()
  } catch {
    // Unix sockets and TLS have no RST. Clients see the missing bytes, and over TLS the missing `close_notify`.
    socket.destroy()
  }
}
