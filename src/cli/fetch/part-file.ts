import { constants, createWriteStream, type WriteStream } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type LeftPart, type PartRecord, partPathOf, recordPathOf, writeRecord } from './part-record.ts'

/**
 * A download on its way into a file: bytes go to `FILE.part`, which becomes `FILE` in one step when it is
 * complete, so that a broken download never looks whole, and never harms what was there before.
 */
export interface PartFile {
  readonly stream: WriteStream
  /** Puts the complete file in its place, and on the disk. */
  finish(): Promise<void>
  /** Lets go of it; @returns how many bytes are kept to go on from */
  keep(): Promise<number>
  discard(): Promise<void>
}

/**
 * Begins a part file, or goes on with one that was left.
 *
 * @param record `undefined` when nobody can go on from it later
 * @param mode permissions of the file that is replaced
 */
export async function openPartFile(
  path: string,
  record: PartRecord | undefined,
  { left, mode }: { left?: LeftPart | undefined; mode?: number | undefined } = {},
): Promise<PartFile> {
  const partPath = partPathOf(path)
  const handle = left === undefined ? await create(path, record, mode) : await reopen(partPath)
  const start = left?.haveBytes ?? 0
  // By its number: a stream of the handle's own would keep the handle from ever closing.
  const stream = createWriteStream('', { fd: handle.fd, start, autoClose: false })
  // Whoever writes is told by the callback; without a listener the event would end the process.
  stream.on('error', () => {})

  async function close(): Promise<void> {
    await ended(stream).catch(() => {})
    await handle.close().catch(() => {})
  }

  async function discard(): Promise<void> {
    const isOurs = await isAt(handle, partPath)
    await close()
    if (!isOurs) return
    await rm(recordPathOf(path), { force: true })
    await rm(partPath, { force: true })
  }

  return {
    stream,
    async finish() {
      await ended(stream)
      await handle.sync()
      if (!(await isAt(handle, partPath)))
        throw new Error(`another process has replaced ${partPath} meanwhile: fetch the object again`)
      await rename(partPath, path)
      await handle.close()
      await rm(recordPathOf(path), { force: true })
      await syncFolder(dirname(path))
    },
    async keep() {
      await ended(stream).catch(() => {})
      const { size } = await handle.stat()
      const isWorthIt = record !== undefined && size > 0 && (await isAt(handle, partPath))
      await (isWorthIt ? close() : discard())
      return isWorthIt ? size : 0
    },
    discard,
  }
}

/** Never through a link, nor into a file that another process is still writing. */
async function create(
  path: string,
  record: PartRecord | undefined,
  mode: number | undefined,
): Promise<FileHandle> {
  await rm(partPathOf(path), { force: true })
  await rm(recordPathOf(path), { force: true })
  const handle = await open(partPathOf(path), 'wx', mode ?? 0o666)
  if (mode !== undefined) await handle.chmod(mode)
  if (record !== undefined) await writeRecord(path, record)
  return handle
}

function reopen(partPath: string): Promise<FileHandle> {
  return open(partPath, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0))
}

/** Every write is over: the file has what was written to the stream. */
function ended(stream: WriteStream): Promise<void> {
  if (stream.writableFinished) return Promise.resolve()
  return new Promise((resolve, reject) => {
    stream.end((error?: Error | null) => (error ? reject(error) : resolve()))
  })
}

async function isAt(handle: FileHandle, path: string): Promise<boolean> {
  const [own, there] = await Promise.all([handle.stat(), stat(path).catch(() => undefined)])
  return there !== undefined && own.ino === there.ino && own.dev === there.dev
}

/** Makes the new name outlast a loss of power; not every file system can. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder)
    await handle.sync().finally(() => handle.close())
  } catch {
    // The file itself is on the disk.
  }
}
