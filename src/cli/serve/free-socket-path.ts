import { lstatSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'

/**
 * Frees a path for a Unix socket: removes the socket that an ended process has left at the path.
 *
 * @param mode permissions of the socket, in octal; files that this process makes from now on have no more than these
 * @throws Error with why there can be no socket
 */
export async function freeSocketPath(path: string, mode: string): Promise<void> {
  // The mask keeps the socket closed to other people from its first moment on.
  process.umask(0o777 & ~Number.parseInt(mode, 8))
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return
  if (!stats.isSocket()) throw new Error(`${path} is there and is no socket`)
  const code = await connectTo(path)
  if (code === undefined) throw new Error(`somebody listens on ${path}`)
  if (code === 'ECONNREFUSED') unlinkSync(path)
  else if (code !== 'ENOENT') throw new Error(`${path} is there, and cannot be tried (${code})`)
}

/** Tries to connect. @returns the reason where that fails; `undefined` when there is a connection */
function connectTo(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(undefined)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
}
