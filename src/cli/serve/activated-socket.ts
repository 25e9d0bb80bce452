/** The first descriptor behind standard input, output and error. */
const firstDescriptor = 3

/**
 * The listening socket that a service manager has opened for this process, and nobody else.
 *
 * @param env its variables are taken out, so that no child believes that they are meant for it
 * @returns `undefined` when there is none
 * @throws Error when there are several
 * @see https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html
 */
export function takeActivatedSocket(env: NodeJS.ProcessEnv, pid: number): { fd: number } | undefined {
  const { LISTEN_PID: forPid, LISTEN_FDS: count } = env
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete env[name]
  if (forPid !== String(pid) || count === undefined || Number(count) === 0) return undefined
  if (count !== '1') throw new Error(`expected one socket (LISTEN_FDS=1), and got LISTEN_FDS=${count}`)
  return { fd: firstDescriptor }
}
