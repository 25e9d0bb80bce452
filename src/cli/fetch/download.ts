import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ByteSource } from '../../http/byte-source.ts'
import { DestinationClosed, relayBody } from '../../http/relay.ts'
import { openStdout } from '../command/standard-output.ts'
import { openPartFile } from './part-file.ts'
import { type LeftPart, type PartRecord, partPathOf } from './part-record.ts'
import { createProgress, formatBytes, type Progress } from './progress.ts'
import { type Digest, digestFile, type Expectation, withDigest } from './verification.ts'

/** A body on its way from S3 to the output. */
export interface Download {
  body: ByteSource
  /** Size of the whole answer, with the part of an earlier download; `undefined` where S3 does not tell it. */
  sizeBytes: number | undefined
  haveBytes: number
  expectation: Expectation | undefined
  showsProgress: boolean
  /** Ends the download. */
  signal: AbortSignal
}

/** A failed download into a file, whose part may be kept. */
export class Incomplete extends Error {
  /** Tells what to do; it follows the message of the cause. */
  readonly hint: string

  constructor(cause: unknown, path: string, keptBytes: number) {
    super('the download is not complete', { cause })
    this.hint =
      keptBytes === 0
        ? ''
        : `; ${formatBytes(keptBytes)} are kept in ${partPathOf(path)}: --continue goes on from there while the object is the same version`
  }
}

/** Writes a body to stdout. @returns whether the reader took all of it */
export async function toStdout(download: Download): Promise<boolean> {
  // On one terminal, the object and the progress would mix.
  const showsProgress = download.showsProgress && process.stdout.isTTY !== true
  const stdout = openStdout()
  let failure: Error | undefined
  stdout.once('error', (error) => {
    failure = error
    // Node's own stdout still accepts writes after its end, so the body is cancelled here.
    download.body.cancel()
  })
  return untilReaderLeaves(async () => {
    try {
      await move({ ...download, showsProgress }, stdout)
      // Node reports the failure of a write to a pipe in a later turn, also after the last piece.
      await nextTurn()
    } catch (error) {
      if (failure === undefined) throw error
    }
    if (failure !== undefined) throw new DestinationClosed({ cause: failure })
  })
}

/** Writes a body to a pipe or a device. @returns whether the reader took all of it */
export async function toDevice(download: Download, path: string): Promise<boolean> {
  const device = createWriteStream(path)
  device.on('error', () => {})
  const isAllTaken = await untilReaderLeaves(() => move(download, device))
  await new Promise<void>((resolve) => (device.destroyed ? resolve() : device.end(resolve)))
  return isAllTaken
}

/**
 * Writes a body to a file, which appears when it is complete.
 *
 * @throws Incomplete, after the part was kept where it can be continued
 */
export async function toFile(
  download: Download,
  { path, mode }: { path: string; mode: number | undefined },
  record: PartRecord | undefined,
  left: LeftPart | undefined,
): Promise<void> {
  const digest = download.expectation?.start()
  if (digest !== undefined && left !== undefined) await digestFile(partPathOf(path), left.haveBytes, digest)
  const part = await openPartFile(path, record, { left, mode })
  try {
    await move(download, part.stream, digest)
  } catch (error) {
    if (error instanceof Mismatch) await part.discard()
    const keptBytes = error instanceof Mismatch ? 0 : await part.keep()
    throw new Incomplete(error, path, keptBytes)
  }
  try {
    await part.finish()
  } catch (error) {
    throw new Incomplete(error, path, await part.keep().catch(() => 0))
  }
}

/** The digest of the received bytes differs from the one of S3. */
class Mismatch extends Error {}

async function move(
  download: Download,
  destination: Writable,
  digest: Digest | undefined = download.expectation?.start(),
): Promise<void> {
  const { body, expectation, signal } = download
  const cancel = () => body.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  const progress = download.showsProgress ? showProgress(download) : undefined
  const redrawing = progress && setInterval(progress.draw, 500)
  let isComplete = false
  try {
    signal.throwIfAborted()
    await relayBody(withDigest(body, digest), destination, progress?.add ?? (() => {}))
    isComplete = true
  } finally {
    signal.removeEventListener('abort', cancel)
    clearInterval(redrawing)
    progress?.end(isComplete)
  }
  if (expectation === undefined || digest?.digest().equals(expectation.digest) === true) return
  throw new Mismatch(
    `the bytes are not those that S3 has, by its ${expectation.name}: fetch the object again`,
  )
}

function showProgress({ sizeBytes, haveBytes }: Download): Progress {
  return createProgress({
    totalBytes: sizeBytes,
    haveBytes,
    write: (text) => void process.stderr.write(text),
    columns: () => process.stderr.columns,
    now: () => performance.now(),
  })
}

/** Runs until a reader such as `head` closes the pipe, which is no failure. */
async function untilReaderLeaves(run: () => Promise<void>): Promise<boolean> {
  try {
    await run()
    return true
  } catch (error) {
    if (!(error instanceof DestinationClosed)) throw error
    const code = (error.cause as NodeJS.ErrnoException | undefined)?.code
    if (error.cause !== undefined && code !== 'EPIPE' && code !== 'ECONNRESET') throw error
    return false
  }
}
