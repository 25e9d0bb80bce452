import type { Socket } from 'node:net'

/**
 * How the other side ended a connection. An RST that arrives together with the last bytes is an end of file to libuv,
 * so a write has to tell: it fails after an RST only. Without a way to write, an end counts as FIN.
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
