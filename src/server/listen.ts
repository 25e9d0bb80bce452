import type { Server } from 'node:net'

/** The place where a server listens: a port, a Unix socket, or a socket that the parent process has opened. */
export type ListenTarget = { port: number; host: string } | { path: string } | { fd: number }

/**
 * Listens.
 *
 * @returns the port, also where the given one was 0; `undefined` where the target is no port
 * @throws Error when the server cannot listen there
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
