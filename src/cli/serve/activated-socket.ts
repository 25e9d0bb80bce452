/** The first file descriptor after standard input, output and error. */
const firstDescriptor = 3

/**
 * Takes the listening socket that a service manager has opened for this process.
 *
 * @param env the environment; its variables about sockets are removed, so that no child process takes the socket too
 * @returns `undefined` where there is no such socket
 * @throws Error where there are several
 * @see https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html
 */
export function takeActivatedSocket(env: NodeJS.ProcessEnv, pid: number): { fd: number } | undefined {
  const { LISTEN_PID: forPid, LISTEN_FDS: count } = env
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete env[name]
  if (forPid !== String(pid) || count === undefined || Number(count) === 0) return undefined
  if (count !== '1') throw new Error(`expected one socket (LISTEN_FDS=1), and got LISTEN_FDS=${count}`)
  return { fd: firstDescriptor }
}
