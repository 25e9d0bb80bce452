import type { Server } from 'node:net'

/** Where a server listens: a port, a Unix socket, or a socket that was opened by who started this process. */
export type ListenTarget = { port: number; host: string } | { path: string } | { fd: number }

/**
 * @returns the port, which differs from the given one when that is 0; `undefined` when it is none
 * @throws Error when it cannot be had
 */
export function listen(server: Server, target: ListenTarget): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(target, () => {
      server.removeListener('error', reject)
      const address = server.address()
      resolve(address === null || typeof address === 'string' ? undefined : address.port)
    })
  })
}
