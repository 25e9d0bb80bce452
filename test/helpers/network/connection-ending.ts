import type { Socket } from 'node:net'

/**
 * Finds out how the other side ended a connection. libuv reports an RST that arrives with the last bytes as an end of
 * file. A write then shows the difference, because it fails only after an RST. Where nothing can be written, an end counts as FIN.
 *
 * @param socket made with `allowHalfOpen`
 */
export function connectionEnding(socket: Socket): Promise<'fin' | 'reset'> {
  return new Promise((resolve) => {
    socket.once('error', () => resolve('reset'))
    socket.once('end', () => {
      if (socket.writableEnded) resolve('fin')
      else socket.write('\n', (error) => resolve(error ? 'reset' : 'fin'))
    })
  })
}
