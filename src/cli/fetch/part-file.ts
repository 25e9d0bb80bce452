import { constants, createWriteStream, type WriteStream } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type LeftPart, type PartRecord, partPathOf, recordPathOf, writeRecord } from './part-record.ts'

/**
 * A download into a file. Its bytes go to `FILE.part`, which becomes `FILE` in one step when it is complete. A broken
 * download therefore never looks whole, and never harms the file that was there before.
 */
export interface PartFile {
  readonly stream: WriteStream
  /** Flushes the complete file to the disk, and moves it to its place. */
  finish(): Promise<void>
  /** Closes the incomplete file. @returns the number of bytes that are kept for `--continue` */
  keep(): Promise<number>
  discard(): Promise<void>
}

/**
 * Begins a part file, or continues one.
 *
 * @param record `undefined` where the part cannot be continued later
 * @param mode permissions of the file that it replaces
 */
export async function openPartFile(
  path: string,
  record: PartRecord | undefined,
  { left, mode }: { left?: LeftPart | undefined; mode?: number | undefined } = {},
): Promise<PartFile> {
  const partPath = partPathOf(path)
  const handle = left === undefined ? await create(path, record, mode) : await reopen(partPath)
  const start = left?.haveBytes ?? 0
  // The stream gets the number of the descriptor: a stream of the handle itself would keep the handle from closing.
  const stream = createWriteStream('', { fd: handle.fd, start, autoClose: false })
  // The callback of a write gets the error. Without a listener, the event would end the process.
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

/** Creates the part file, never through a link, nor in place of a file that another process writes. */
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

/** Waits for the end of every write to the stream. */
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

/** Makes the new name survive a loss of power, where the file system can do that. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder)
    await handle.sync().finally(() => handle.close())
  } catch {
    // The bytes of the file are on the disk already.
  }
}
