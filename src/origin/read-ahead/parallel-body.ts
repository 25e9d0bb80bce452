import { S3ProxyError } from '../../errors.ts'
import type { ByteSource } from '../../http/byte-source.ts'
import { AttemptError } from '../../s3/attempt-error.ts'
import type { RequestRecord } from '../../telemetry/request-record.ts'
import { Cancellation, type CancelSignal } from '../../waiting/cancellation.ts'
import { createPaceProbe } from './pace-probe.ts'
import type { PartOptions } from './part.ts'
import { createPartPlan } from './part-plan.ts'
import { createPartQueue, type PartQueue } from './part-queue.ts'
import type { ReadAhead } from './read-ahead.ts'

export interface ParallelOptions {
  readAhead: ReadAhead
  /** Time without reading after which the bytes that were fetched for a reader are dropped. */
  readerPatienceMs: number
  signal: CancelSignal
  /**
   * Opens a range of the version that was begun.
   *
   * @throws S3ProxyError such as `OBJECT_REPLACED`, and no AttemptError, where that version no longer exists
   */
  openRange: PartOptions['open']
  /** The rest of the version over one connection, asked for when it is read. `waitedMs`: how long the reader waits already. */
  openRest(firstByte: number, signal: CancelSignal, waitedMs: number): ByteSource
  /** Called for a failure after which the rest comes over one connection. */
  onRetry(error: S3ProxyError, where: 'body'): void
}

/** Several connections are kept while they are this much faster than one. */
const leastGain = 1.1

/**
 * A body that comes over several connections where that is faster than one.
 *
 * It begins with the stream that was opened for the request, at no cost. Once the reader has mostly waited for S3, the
 * stream is left at a boundary near by, and parts behind it are fetched ahead and handed on in order. When parts turn
 * out to be no gain (a slow reader, a full line), no more are asked for, and the rest comes over one connection as
 * before. The same happens when a part cannot be had, or no memory or connection is spare for one.
 *
 * @param range range of the stream, in bytes of the object
 * @param record gets how many parts were asked for, and what they cost
 * @see docs/decisions/007-parallel-reads.md
 */
export function createParallelBody(
  opened: ByteSource,
  range: { firstByte: number; endByte: number },
  record: RequestRecord,
  options: ParallelOptions,
): ByteSource {
  const { readAhead, signal } = options
  const { clockMs, partBytes } = readAhead
  const { endByte } = range
  const probe = createPaceProbe({ ...readAhead, windowBytes: partBytes / 4 })
  const givenUp = new Cancellation()
  let nextByte = range.firstByte
  let stream: ByteSource | undefined = opened
  /** Byte at which the stream is left for the parts. */
  let streamEnd = endByte
  let queue: PartQueue | undefined
  let patience: NodeJS.Timeout | undefined

  function read(): Uint8Array | null | Promise<Uint8Array | null> {
    clearTimeout(patience)
    if (stream !== undefined && (nextByte < streamEnd || streamEnd === endByte)) return readStream(stream)
    if (stream !== undefined) leaveStream(stream)
    return readQueue()
  }

  function readStream(from: ByteSource): Uint8Array | null | Promise<Uint8Array | null> {
    const piece = from.read()
    if (!(piece instanceof Promise)) return passOnStream(piece)
    const askedMs = clockMs()
    return piece.then((arrived) => {
      probe.waited(clockMs() - askedMs)
      return passOnStream(arrived)
    })
  }

  function passOnStream(piece: Uint8Array | null): Uint8Array | null {
    if (piece === null) {
      signal.removeEventListener('abort', cancel)
      return null
    }
    const own = piece.byteLength > streamEnd - nextByte ? piece.subarray(0, streamEnd - nextByte) : piece
    nextByte += own.byteLength
    if (queue === undefined) {
      const bytesPerSecond = probe.passed(own.byteLength)
      if (bytesPerSecond !== undefined) startQueue(bytesPerSecond)
    }
    waitForReader()
    return own
  }

  /** Begins to fetch parts. @param bytesPerSecond pace of the one connection */
  function startQueue(bytesPerSecond: number): void {
    if (endByte - nextByte < 2 * partBytes) return
    const { connections, blockBytes } = readAhead
    const plan = createPartPlan({
      firstByte: nextByte,
      endByte,
      partBytes,
      connections,
      unitBytes: blockBytes,
    })
    const lead = plan.next()
    queue = createPartQueue({
      plan,
      firstByte: lead.endByte,
      readAhead,
      record,
      open: options.openRange,
      leastBytesPerSecond: leastGain * bytesPerSecond,
    })
    if (queue.isEmpty) leaveQueue(queue)
    else streamEnd = lead.endByte
  }

  function leaveStream(from: ByteSource): void {
    from.cancel()
    stream = undefined
    queue?.leadEnded()
  }

  async function readQueue(): Promise<Uint8Array | null> {
    const askedMs = clockMs()
    try {
      const piece = await queue?.read()
      if (piece) {
        nextByte += piece.byteLength
        waitForReader()
        return piece
      }
    } catch (error) {
      if (givenUp.aborted || !(error instanceof S3ProxyError) || isFinal(error)) throw error
      record.healed++
      options.onRetry(error, 'body')
    }
    if (queue !== undefined) leaveQueue(queue)
    if (nextByte < endByte) return readAlone(clockMs() - askedMs)
    signal.removeEventListener('abort', cancel)
    return null
  }

  function leaveQueue(from: PartQueue): void {
    from.cancel()
    queue = undefined
    probe.beMorePatient()
  }

  /** Goes on over one connection. @param waitedMs the time that the reader has waited already */
  function readAlone(waitedMs: number): ReturnType<typeof readStream> {
    stream = options.openRest(nextByte, givenUp, waitedMs)
    streamEnd = endByte
    return readStream(stream)
  }

  /** Drops the parts ahead of a reader that takes nothing; the stream has patience of its own. */
  function waitForReader(): void {
    if (queue !== undefined) patience = setTimeout(queue.abandon, options.readerPatienceMs)
  }

  function cancel(): void {
    clearTimeout(patience)
    signal.removeEventListener('abort', cancel)
    givenUp.abort()
    stream?.cancel()
    queue?.cancel()
  }

  signal.addEventListener('abort', cancel)
  return { read, cancel }
}

/** Tells whether nothing can give the rest: the version no longer exists, or S3 answers with something else. */
function isFinal(error: S3ProxyError): boolean {
  const isFinalCode =
    error.code === 'OBJECT_REPLACED' || error.code === 'OBJECT_DENIED' || error.code === 'S3_BAD_ANSWER'
  return isFinalCode && !(error instanceof AttemptError)
}
