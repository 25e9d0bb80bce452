import { createHash, randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { withLock } from './token-lock.ts'
import { formatRecord, parseRecord, type TokenRecord } from './token-record.ts'

/** The file that keeps a token. Nobody but its owner can read it. */
export interface TokenFile {
  readonly path: string
  /**
   * Reads the record; `undefined` where there is none.
   *
   * @throws where other users of the machine may have read or written it, or it is a link
   */
  read(): Promise<TokenRecord | undefined>
  /** Replaces the record in one step. */
  write(record: TokenRecord): Promise<void>
  remove(): Promise<void>
  /** Runs while no other process runs this for the same file. */
  alone<T>(run: () => Promise<T>): Promise<T>
}

export interface TokenFileOptions {
  env: Readonly<Record<string, string | undefined>>
  origin: string
  /** The client that the command line names; `undefined` for the one that the proxy names. */
  clientId: string | undefined
  signal: AbortSignal
}

/** No token file is nearly as large. */
const maxBytes = 256 * 1024

/** Finds the file for one proxy and one client. Nothing is created before it is written. */
export function openTokenFile({ env, origin, clientId = '', signal }: TokenFileOptions): TokenFile {
  const folder = join(stateHome(env), 's3proxy')
  const name = createHash('sha256').update(`${origin}\n${clientId}`).digest('hex').slice(0, 32)
  const path = join(folder, `token-${name}.json`)
  return {
    path,
    async read() {
      const text = (await isSafeFolder(folder)) ? await readSafely(path) : undefined
      const record = text === undefined ? undefined : parseRecord(text)
      return record?.origin === origin ? record : undefined
    },
    async write(record) {
      await createFolder(folder)
      await replace(path, formatRecord(record))
    },
    remove: () => rm(path, { force: true }),
    async alone(run) {
      await createFolder(folder)
      return withLock(`${path}.lock`, run, signal)
    },
  }
}

/** @see https://specifications.freedesktop.org/basedir-spec/ : a relative path is to be ignored */
function stateHome({ XDG_STATE_HOME: given, HOME: home }: TokenFileOptions['env']): string {
  if (given !== undefined && isAbsolute(given)) return given
  return join(home || homedir(), '.local', 'state')
}

async function createFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await isSafeFolder(folder)
}

/** Checks the folder. @returns whether there is one */
async function isSafeFolder(folder: string): Promise<boolean> {
  const stats = await statOf(folder)
  if (stats === undefined) return false
  if (!stats.isDirectory()) throw unsafe(folder, 'it is no folder of its own')
  refuseForeign(folder, stats, 'chmod 700')
  return true
}

async function readSafely(path: string): Promise<string | undefined> {
  if ((await statOf(path)) === undefined) return undefined
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw error.code === 'ELOOP' ? unsafe(path, 'it is a link') : error
  })
  if (handle === undefined) return undefined
  try {
    const stats = await handle.stat()
    if (!stats.isFile() || stats.size > maxBytes) throw unsafe(path, 'it is no file that s3proxy wrote')
    refuseForeign(path, stats, 'chmod 600')
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

function statOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
}

/** Refuses what others can read or write. Windows has no such modes, and keeps profiles apart by itself. */
function refuseForeign(path: string, { uid, mode }: Stats, cure: string): void {
  const own = process.getuid?.()
  if (own === undefined) return
  if (uid !== own) throw unsafe(path, 'it belongs to another user')
  if ((mode & 0o077) !== 0)
    throw unsafe(
      path,
      `other users can use it (mode ${(mode & 0o777).toString(8)}); ${cure} it, or remove it`,
    )
}

function unsafe(path: string, reason: string): Error {
  return new Error(`the token in ${path} is not used: ${reason}`)
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}.tmp`)
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
    await handle.close()
    await rename(temporary, path)
  } catch (error) {
    await handle.close().catch(() => {})
    await rm(temporary, { force: true })
    throw error
  }
}
