import { type ErrorCode, S3ProxyError } from '../errors.ts'
import type { ByteSource } from '../http/byte-source.ts'
import type { ObjectRequest } from '../object/object-source.ts'
import { AttemptError } from '../s3/attempt-error.ts'
import type { Sharer } from '../s3/fair-shares.ts'
import type { S3Client } from '../s3/s3-client.ts'
import { TransportError } from '../s3/transport-error.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { backOff } from '../waiting/backoff.ts'
import { Deadline, timerErrorMs } from '../waiting/deadline.ts'
import { attemptObject, type FoundObject, type UnmeasuredObject } from './attempt.ts'
import { toAttemptError } from './attempt-failure.ts'
import { checkRange, checkRest, rangeRequest, type Version, versionOf } from './open-range.ts'
import type { VersionNames } from './version-name.ts'

export interface HealingOptions {
  client: S3Client
  versionNames: VersionNames
  /** So many answers in a row that are none may come for a rest; an S3 that is away is only bounded by time. */
  maxAttempts: number
  /** How long the reader waits for S3, over all attempts, before the body is cut. */
  deadlineMs: number
  readerPatienceMs: number
  /** Whether requests wait for such a connection: then readers that take nothing are not borne with for long. */
  isCrowded(sharer: Sharer): boolean
  random(): number
  /** A clock that never jumps, in milliseconds. */
  now(): number
  onRetry(error: S3ProxyError, where: 'body'): void
}

/** After so many bytes attempts and waiting are counted anew. */
const progressBytes = 1024 * 1024
/** A slow reader gets pieces of this size, so that it is seen to take something. */
const sliceBytes = 64 * 1024
/** Where requests wait for a connection, readers have this share of the patience. */
const crowdedShare = 1 / 20
const nothing = new Uint8Array(0)
const noBytes: FoundObject['body'] = { read: () => null, cancel() {}, abandon: () => undefined }

/**
 * The body of an object that S3 may break off: the rest is then asked for again, from the next byte and only
 * of the version that was begun, and the reader sees one unbroken body.
 *
 * The reader that takes nothing for `readerPatienceMs` is no reason to hold a connection: it is given back,
 * and the rest is asked for when the reader goes on; much sooner where requests wait for a connection. An object
 * without a strong ETag cannot be continued. One whose length S3 does not tell is whole when its coding says so; the answer
 * to a request for its rest tells the length, and from there on it is as any other.
 *
 * @see docs/decisions/005-healing.md
 */
export class HealingBody implements ByteSource {
  readonly #request: ObjectRequest
  readonly #record: RequestRecord
  readonly #options: HealingOptions
  #version: Version | undefined
  /** `Infinity` until S3 has told it. */
  #endByte: number
  /** Where S3 did not tell its length. */
  readonly #unmeasured: UnmeasuredObject | undefined
  #source: FoundObject['body']
  /** The first byte that `#source` has not given. */
  #nextByte: number
  /** Given by `#source` and not yet passed on. */
  #held: Uint8Array = nothing
  /** Nothing is asked for: the reader took nothing for long, or has not begun. */
  #isAbandoned = false
  #isCancelled = false
  /** Since `#countedFrom`: attempts, answers among them that made no sense, and how long the reader waited. */
  #attempts = 0
  #badAnswers = 0
  #waitedMs = 0
  #countedFrom: number
  #patience: NodeJS.Timeout | undefined
  #passedOnAtMs = Number.POSITIVE_INFINITY

  /** @param version of the object; bodies of one download share it, and with it what S3 makes of its name */
  constructor(
    object: FoundObject | UnmeasuredObject,
    request: ObjectRequest,
    record: RequestRecord,
    options: HealingOptions,
    version: Version | undefined = versionOf(object, options.versionNames),
  ) {
    const isMeasured = object.kind === 'found'
    const firstByte = isMeasured ? (object.range?.first ?? 0) : 0
    this.#request = request
    this.#record = record
    this.#options = options
    this.#version = version
    this.#endByte = isMeasured ? firstByte + object.sizeBytes : Number.POSITIVE_INFINITY
    this.#unmeasured = isMeasured ? undefined : object
    this.#source = object.body
    this.#nextByte = firstByte
    this.#countedFrom = firstByte
    request.signal.addEventListener('abort', this.cancel)
  }

  /**
   * The rest of a version that was begun, which is asked for when it is read.
   *
   * @param waitedMs how long its reader has waited for S3 already
   */
  static ofRest(
    version: Version,
    range: { firstByte: number; endByte: number },
    request: ObjectRequest,
    record: RequestRecord,
    options: HealingOptions,
    waitedMs: number,
  ): HealingBody {
    const { firstByte: first, endByte } = range
    const unasked: FoundObject = {
      ...{ kind: 'found', status: 206, headers: [], sizeBytes: endByte - first, s3RequestId: undefined },
      ...{ range: { first, last: endByte - 1, sizeBytes: version.sizeBytes }, etag: version.etag },
      ...{ lastModified: undefined, versionId: undefined },
      body: noBytes,
    }
    const body = new HealingBody(unasked, request, record, options, version)
    body.#isAbandoned = true
    body.#waitedMs = waitedMs
    return body
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    clearTimeout(this.#patience)
    if (this.#held.byteLength > 0) return this.#passOn()
    if (this.#isAbandoned) return this.#goOn()
    const piece = this.#source.read()
    // What is there is handed on at once, so that a small object leaves with its head.
    if (!(piece instanceof Promise)) return this.#take(piece)
    const waitedSinceMs = this.#options.now()
    return piece.then(
      (arrived) => this.#take(arrived),
      (error) => this.#healAfter(error, waitedSinceMs),
    )
  }

  readonly cancel = (): void => {
    this.#isCancelled = true
    clearTimeout(this.#patience)
    this.#request.signal.removeEventListener('abort', this.cancel)
    this.#held = nothing
    this.#source.cancel()
  }

  #take(piece: Uint8Array | null): Uint8Array | null {
    if (piece === null) {
      this.#request.signal.removeEventListener('abort', this.cancel)
      if (this.#nextByte === this.#endByte || this.#endByte === Number.POSITIVE_INFINITY) return null
      throw new S3ProxyError('INTERNAL', `a body ended at byte ${this.#nextByte} of ${this.#endByte}`)
    }
    this.#nextByte += piece.byteLength
    this.#held = piece
    return this.#passOn()
  }

  #passOn(): Uint8Array {
    const { now, readerPatienceMs } = this.#options
    const isSlow = now() - this.#passedOnAtMs > readerPatienceMs / 10
    const piece = isSlow ? this.#held.subarray(0, sliceBytes) : this.#held
    this.#held = this.#held.subarray(piece.byteLength)
    this.#passedOnAtMs = now()
    if (this.#version !== undefined && this.#nextByte < this.#endByte) this.#waitForReader()
    return piece
  }

  #waitForReader(): void {
    const { readerPatienceMs, isCrowded, now } = this.#options
    this.#patience = setTimeout(() => {
      const silentMs = now() - this.#passedOnAtMs
      if (isCrowded(this.#request.sharer) || silentMs + timerErrorMs >= readerPatienceMs) this.#abandon()
      else this.#waitForReader()
    }, readerPatienceMs * crowdedShare)
  }

  #abandon(): void {
    const droppedBytes = this.#source.abandon()
    if (droppedBytes === undefined) return
    this.#isAbandoned = true
    this.#record.askedTwiceBytes += droppedBytes
    this.#countAnew()
  }

  /** The reader goes on, which is no failure of S3. */
  #goOn(): Promise<Uint8Array | null> {
    this.#isAbandoned = false
    return this.#continue(undefined, 0)
  }

  async #healAfter(failure: unknown, waitedSinceMs: number): Promise<Uint8Array | null> {
    if (this.#nextByte - this.#countedFrom >= progressBytes) this.#countAnew()
    const piece = await this.#continue({ failure }, this.#options.now() - waitedSinceMs)
    this.#record.healed++
    return piece
  }

  #countAnew(): void {
    this.#attempts = 0
    this.#badAnswers = 0
    this.#waitedMs = 0
    this.#countedFrom = this.#nextByte
  }

  /**
   * Asks for the rest, again and again and ever more slowly, until the next piece of it is in.
   *
   * @param broken why S3 has to be asked again, if it was asked already
   * @param waitedMs how long the reader has waited
   * @throws S3ProxyError when there is nothing more to try
   */
  async #continue(broken: { failure: unknown } | undefined, waitedMs: number): Promise<Uint8Array | null> {
    const { deadlineMs, now, random } = this.#options
    const startedAtMs = now() - waitedMs
    const deadline = new Deadline(deadlineMs - this.#waitedMs - waitedMs, now)
    const timer = setTimeout(() => this.#source.cancel(), deadline.remainingMs)
    let last = broken
    try {
      for (;;) {
        this.#source.cancel()
        if (last !== undefined) this.#countAttempt(last.failure, deadline)
        try {
          const leastMs = retryAfterMs(last?.failure)
          if (this.#attempts > 1 || leastMs > 0)
            await backOff(this.#attempts - 1, random, this.#request.signal, leastMs, deadline.remainingMs)
          // The wait may have taken what was left of the time.
          if (last !== undefined && deadline.isOver) throw last.failure
          this.#source = await this.#openRest(deadline)
          return this.#take(await this.#source.read())
        } catch (failure) {
          last = { failure }
        }
      }
    } finally {
      clearTimeout(timer)
      this.#waitedMs += now() - startedAtMs
    }
  }

  /** @throws S3ProxyError when it was the last one */
  #countAttempt(failure: unknown, deadline: Deadline): void {
    if (this.#isCancelled) throw failure
    const { deadlineMs, maxAttempts, onRetry } = this.#options
    const error = toS3ProxyError(failure)
    if (deadline.isOver)
      throw new S3ProxyError(
        'S3_TIMEOUT',
        `nothing more came from S3 within ${deadlineMs} ms (s3.deadlineMs): ${error.message}`,
        { cause: error },
      )
    const isHealable = error instanceof AttemptError && error.mayRetry
    if (this.#version === undefined || !isHealable) throw error
    if (retryAfterMs(error) >= deadline.remainingMs) throw error
    if (!isPassing(error.code) && ++this.#badAnswers > maxAttempts) throw error
    this.#attempts++
    onRetry(error, 'body')
  }

  async #openRest(deadline: Deadline): Promise<FoundObject['body']> {
    const version = this.#version as Version
    const [first, last] = [this.#nextByte, this.#endByte - 1]
    const request = rangeRequest(this.#request, version, first, last)
    const answer = await attemptObject(this.#options.client, request, deadline)
    const { body } =
      this.#unmeasured !== undefined && last === Number.POSITIVE_INFINITY
        ? this.#measure(checkRest(answer, this.#unmeasured, first), version)
        : checkRange(answer, version, first, last)
    if (this.#isCancelled) body.cancel()
    return body
  }

  /** @param rest `null`: there is nothing more */
  #measure(rest: FoundObject | null, version: Version): Pick<FoundObject, 'body'> {
    const sizeBytes = rest?.range?.sizeBytes ?? this.#nextByte
    this.#endByte = sizeBytes
    this.#version = { ...version, sizeBytes }
    return rest ?? { body: noBytes }
  }
}

/** Whether an S3 that is away, silent or busy says so: that passes, while an answer that makes no sense hardly does. */
function isPassing(code: ErrorCode): boolean {
  return code === 'S3_UNAVAILABLE' || code === 'S3_TIMEOUT' || code === 'S3_SLOW_DOWN'
}

/** How long S3 wants to be left alone. */
function retryAfterMs(failure: unknown): number {
  return failure instanceof S3ProxyError ? (failure.retryAfterSeconds ?? 0) * 1000 : 0
}

function toS3ProxyError(error: unknown): S3ProxyError {
  if (error instanceof S3ProxyError) return error
  if (error instanceof TransportError) return toAttemptError(error)
  return new S3ProxyError('INTERNAL', 'reading the body failed', { cause: error })
}
