import { once } from 'node:events'
import { createServer } from 'node:net'

/** @returns a port of 127.0.0.1 on which nobody listens at the moment */
export async function findFreePort(): Promise<number> {
  return listenOnce(0)
}

/** @returns the first free one from `from` on */
export async function findFreePortFrom(from: number): Promise<number> {
  for (let port = from; port < from + 100; port++) if (await isPortFree(port)) return port
  throw new Error(`no free port from ${from} to ${from + 99}`)
}

/** Whether nobody listens on a port of 127.0.0.1. */
export async function isPortFree(port: number): Promise<boolean> {
  try {
    await listenOnce(port)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
}

/** Listens for a moment. @returns the port, which for 0 is any */
async function listenOnce(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('expected a TCP port')
  return address.port
}
