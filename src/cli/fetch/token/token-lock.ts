import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'

/** Longer than everything that a holder does: it asks the SSO at most four times, and each answer has its deadline. */
const leaseMs = 60_000
const lookAgainMs = 50

/**
 * Runs while it holds a lock file. A lock whose holder has ended, or that is older than its lease, is taken over.
 *
 * @throws the reason of the signal while it waits
 */
export async function withLock<T>(path: string, run: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const own = `${hostname()} ${process.pid} ${randomBytes(8).toString('hex')}\n`
  while (!(await take(path, own))) {
    await removeStale(path)
    await wait(lookAgainMs, undefined, { signal })
  }
  try {
    return await run()
  } finally {
    if ((await contentOf(path)) === own) await rm(path, { force: true })
  }
}

async function take(path: string, own: string): Promise<boolean> {
  try {
    await writeFile(path, own, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function removeStale(path: string): Promise<void> {
  const seen = await contentOf(path)
  if (seen === undefined || !(await isStale(path, seen))) return
  // Two processes may see the same stale lock. The one that moves a newer lock away puts it back.
  const aside = `${path}.${randomBytes(8).toString('hex')}`
  try {
    await rename(path, aside)
    if ((await contentOf(aside)) !== seen) await link(aside, path)
  } catch {
    // Another process was faster.
  }
  await rm(aside, { force: true })
}

async function isStale(path: string, content: string): Promise<boolean> {
  const [host, pid] = content.split(' ')
  if (host === hostname() && pid !== undefined && hasEnded(Number(pid))) return true
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  return age > leaseMs
}

function hasEnded(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
