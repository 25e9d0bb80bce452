import { S3ProxyError } from '../errors.ts'
import { createDeadline, type Deadline } from '../s3/deadline.ts'
import type { S3Client } from '../s3/s3-client.ts'
import { TransportError } from '../s3/transport-error.ts'
import { backOff } from './backoff.ts'
import type { ObjectBody, ObjectRequest } from './object-source.ts'
import { AttemptError, attemptObject, type FoundObject, toAttemptError } from './s3-attempt.ts'

export interface HealingOptions {
  client: S3Client
  maxAttempts: number
  deadlineMs: number
  readerPatienceMs: number
  /** Whether requests wait for a connection: then readers that take nothing are not borne with for long. */
  isCrowded(): boolean
  random(): number
  /** A clock that never jumps, in milliseconds. */
  now(): number
  onRetry(error: S3ProxyError, where: 'body'): void
}

/** After so many bytes the attempts are counted anew. */
const progressBytes = 1024 * 1024
/** A slow reader gets pieces of this size, so that it is seen to take something. */
const sliceBytes = 64 * 1024
/** Where requests wait for a connection, readers have this share of the patience. */
const crowdedShare = 1 / 20
/** Timers may fire a little early by another clock. */
const timerErrorMs = 2
const nothing = new Uint8Array(0)

/**
 * The body of an object that S3 may break off: the rest is then asked for again, from the next byte and only
 * of the version that was begun, and the reader sees one unbroken body.
 *
 * The reader that takes nothing for `readerPatienceMs` is no reason to hold a connection: it is given back,
 * and the rest is asked for when the reader goes on; much sooner where requests wait for a connection. An object
 * without a strong ETag cannot be continued.
 *
 * @see docs/decisions/005-healing.md
 */
export function createHealingBody(
  object: FoundObject,
  request: ObjectRequest,
  options: HealingOptions,
): ObjectBody {
  const firstByte = object.range?.first ?? 0
  const endByte = firstByte + object.sizeBytes
  const etag = strongEtag(object.etag)
  const { signal } = request
  let source = object.body
  /** The first byte that `source` has not given. */
  let nextByte = firstByte
  /** Given by `source` and not yet passed on. */
  let held: Uint8Array = nothing
  let isAbandoned = false
  let isCancelled = false
  let attempts = 0
  let countedFrom = firstByte
  let healed = 0
  let askedTwiceBytes = 0
  let patience: NodeJS.Timeout | undefined
  let passedOnAtMs = Number.POSITIVE_INFINITY

  function cancel(): void {
    isCancelled = true
    clearTimeout(patience)
    signal.removeEventListener('abort', cancel)
    held = nothing
    source.cancel()
  }
  signal.addEventListener('abort', cancel, { once: true })

  function take(piece: Uint8Array | null): Uint8Array | null {
    if (piece === null) {
      signal.removeEventListener('abort', cancel)
      if (nextByte === endByte) return null
      throw new S3ProxyError('INTERNAL', `a body ended at byte ${nextByte} of ${endByte}`)
    }
    nextByte += piece.byteLength
    held = piece
    return passOn()
  }

  function passOn(): Uint8Array {
    const isSlow = options.now() - passedOnAtMs > options.readerPatienceMs / 10
    const piece = isSlow ? held.subarray(0, sliceBytes) : held
    held = held.subarray(piece.byteLength)
    passedOnAtMs = options.now()
    if (etag !== undefined && nextByte < endByte) waitForReader()
    return piece
  }

  function waitForReader(): void {
    const stepMs = options.readerPatienceMs * crowdedShare
    patience = setTimeout(() => {
      if (options.isCrowded() || options.now() - passedOnAtMs + timerErrorMs >= options.readerPatienceMs)
        abandon()
      else waitForReader()
    }, stepMs)
  }

  function abandon(): void {
    const droppedBytes = source.abandon()
    if (droppedBytes === undefined) return
    isAbandoned = true
    askedTwiceBytes += droppedBytes
  }

  async function resume(): Promise<Uint8Array | null> {
    isAbandoned = false
    attempts = 0
    const reason = new TransportError('stalled', `the reader took nothing for ${options.readerPatienceMs} ms`)
    return continueAfter(reason, createDeadline(options.deadlineMs, options.now))
  }

  async function healAfter(failure: unknown, waitedSinceMs: number): Promise<Uint8Array | null> {
    const waitedMs = options.now() - waitedSinceMs
    const piece = await continueAfter(failure, createDeadline(options.deadlineMs - waitedMs, options.now))
    healed++
    return piece
  }

  /**
   * Asks for the rest, again and again, until the next piece of it is in.
   *
   * @throws S3ProxyError when there is nothing more to try
   */
  async function continueAfter(failure: unknown, deadline: Deadline): Promise<Uint8Array | null> {
    let error = failure
    const timer = setTimeout(() => source.cancel(), deadline.remainingMs)
    try {
      for (;;) {
        source.cancel()
        const ifMatch = countAttempt(error, deadline)
        try {
          if (attempts > 1) await backOff(attempts - 1, options.random, signal)
          source = await openRest(ifMatch, deadline)
          return take(await source.read())
        } catch (next) {
          error = next
        }
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** @returns the ETag of the version that may be continued */
  function countAttempt(failure: unknown, deadline: Deadline): string {
    if (isCancelled) throw failure
    const error = toS3ProxyError(failure)
    if (deadline.isOver)
      throw new S3ProxyError('S3_TIMEOUT', `S3 sent no byte for ${options.deadlineMs} ms (s3.deadlineMs)`, {
        cause: error,
      })
    if (nextByte - countedFrom >= progressBytes) attempts = 0
    if (attempts === 0) countedFrom = nextByte
    const isHealable = error instanceof AttemptError && error.mayRetry
    if (etag === undefined || !isHealable || attempts >= options.maxAttempts) throw error
    attempts++
    options.onRetry(error, 'body')
    return etag
  }

  async function openRest(ifMatch: string, deadline: Deadline): Promise<FoundObject['body']> {
    const conditions = { range: `bytes=${nextByte}-${endByte - 1}`, 'if-match': ifMatch }
    const rest = await attemptObject(options.client, { ...request, method: 'GET', conditions }, deadline)
    if (rest.kind === 'found') {
      const { first, last } = rest.range ?? {}
      const isRest = rest.etag === ifMatch && first === nextByte && last === endByte - 1
      if (isRest && !isCancelled) return rest.body
      rest.body.cancel()
    }
    const what = rest.kind === 'precondition-failed' || rest.kind === 'found' ? 'another version' : rest.kind
    throw new S3ProxyError('S3_BAD_ANSWER', `the object was replaced while it was being read (${what})`)
  }

  return {
    get healed() {
      return healed
    },
    get askedTwiceBytes() {
      return askedTwiceBytes
    },
    read() {
      clearTimeout(patience)
      if (held.byteLength > 0) return passOn()
      if (isAbandoned) return resume()
      const piece = source.read()
      // What is there is handed on at once, so that a small object leaves with its head.
      if (!(piece instanceof Promise)) return take(piece)
      const waitedSinceMs = options.now()
      return piece.then(take, (error) => healAfter(error, waitedSinceMs))
    },
    cancel,
  }
}

/** Only such an ETag names the very bytes (RFC 9110 section 8.8.1), and only ASCII can be signed. */
export function strongEtag(etag: string | undefined): string | undefined {
  return etag !== undefined && /^"[\x21\x23-\x7e]*"$/.test(etag) ? etag : undefined
}

function toS3ProxyError(error: unknown): S3ProxyError {
  if (error instanceof S3ProxyError) return error
  if (error instanceof TransportError) return toAttemptError(error)
  return new S3ProxyError('INTERNAL', 'reading the body failed', { cause: error })
}
