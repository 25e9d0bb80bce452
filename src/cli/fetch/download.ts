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

/** A body on its way to the output. */
export interface Download {
  /** Name of the server that it comes from. */
  server: string
  body: ByteSource
  /** Size of the whole answer, with the part of an earlier download; `undefined` where the server does not tell it. */
  sizeBytes: number | undefined
  haveBytes: number
  expectation: Expectation | undefined
  showsProgress: boolean
  /** Ends the download. */
  signal: AbortSignal
}

/**
 * The end of a download that did not fail. `differs`: the bytes have another digest than the expected one, which is no
 * proof of damage. `left`: the reader had enough before the end.
 */
export type Delivery = 'complete' | 'differs' | 'left'

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

/** Writes a body to stdout. */
export async function toStdout(download: Download): Promise<Delivery> {
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
    let delivery: Delivery = 'left'
    try {
      delivery = await move({ ...download, showsProgress }, stdout)
      // Node reports the failure of a write to a pipe in a later turn, also after the last piece.
      await nextTurn()
    } catch (error) {
      if (failure === undefined) throw error
    }
    if (failure !== undefined) throw new DestinationClosed({ cause: failure })
    return delivery
  })
}

/** Writes a body to a pipe or a device. */
export async function toDevice(download: Download, path: string): Promise<Delivery> {
  const device = createWriteStream(path)
  device.on('error', () => {})
  const delivery = await untilReaderLeaves(() => move(download, device))
  await new Promise<void>((resolve) => (device.destroyed ? resolve() : device.end(resolve)))
  return delivery
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
): Promise<Delivery> {
  const digest = download.expectation?.start()
  if (digest !== undefined && left !== undefined) await digestFile(partPathOf(path), left.haveBytes, digest)
  const part = await openPartFile(path, record, { left, mode })
  let delivery: Delivery
  try {
    delivery = await move(download, part.stream, digest)
  } catch (error) {
    if (error instanceof Mismatch) await part.discard()
    const keptBytes = error instanceof Mismatch ? 0 : await part.keep()
    throw new Incomplete(error, path, keptBytes)
  }
  try {
    await part.finish()
    return delivery
  } catch (error) {
    throw new Incomplete(error, path, await part.keep().catch(() => 0))
  }
}

/** The digest of the received bytes differs from the one that the object has for certain. */
class Mismatch extends Error {}

async function move(
  download: Download,
  destination: Writable,
  digest: Digest | undefined = download.expectation?.start(),
): Promise<Delivery> {
  const { body, expectation, signal, server } = download
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
  if (expectation === undefined || digest?.digest().equals(expectation.digest) === true) return 'complete'
  if (!expectation.isCertain) return 'differs'
  throw new Mismatch(
    `the bytes are not those that ${server} has, by its ${expectation.name}: fetch the object again`,
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
async function untilReaderLeaves(run: () => Promise<Delivery>): Promise<Delivery> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof DestinationClosed)) throw error
    const code = (error.cause as NodeJS.ErrnoException | undefined)?.code
    if (error.cause !== undefined && code !== 'EPIPE' && code !== 'ECONNRESET') throw error
    return 'left'
  }
}
