import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'

/** Resolves once the kernel has every byte, so that the block can be used again; `false`: the other side left. */
export function writeAll(destination: Writable, block: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    if (destination.destroyed) return resolve(false)
    const onClose = () => resolve(false)
    destination.once('close', onClose)
    destination.write(block, (error) => {
      destination.off('close', onClose)
      resolve(error === null || error === undefined)
    })
  })
}

/** Breaks a connection off: RST, FIN, or silence for as long as the client likes. */
export function cutConnection(socket: Socket, how: 'reset' | 'fin' | 'stall'): 'cut' {
  if (how === 'reset') resetSocket(socket)
  if (how === 'fin') socket.end()
  return 'cut'
}

// A TLS socket can only be destroyed, which leaves out its closing alert.
function resetSocket(socket: Socket): void {
  if ('encrypted' in socket) socket.destroy()
  else socket.resetAndDestroy()
}
