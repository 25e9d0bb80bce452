import { lstatSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'

/**
 * Makes a path free for a Unix socket: one that an ended process has left is removed, when nobody listens on it.
 *
 * @param mode permissions that the socket gets, in octal; from now on, nothing that this process makes has more
 * @throws Error with why there can be no socket
 */
export async function makeRoomForSocket(path: string, mode: string): Promise<void> {
  // From its first moment on, the socket must not be open to more people.
  process.umask(0o777 & ~Number.parseInt(mode, 8))
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return
  if (!stats.isSocket()) throw new Error(`${path} is there and is no socket`)
  const code = await connectTo(path)
  if (code === undefined) throw new Error(`somebody listens on ${path}`)
  if (code === 'ECONNREFUSED') unlinkSync(path)
  else if (code !== 'ENOENT') throw new Error(`${path} is there, and cannot be tried (${code})`)
}

/** @returns why there is no connection; `undefined` when there is one */
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
