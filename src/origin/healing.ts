import { S3ProxyError } from '../errors.ts'
import type { ObjectBody, ObjectRequest } from '../object/object-source.ts'
import { AttemptError } from '../s3/attempt-error.ts'
import type { S3Client } from '../s3/s3-client.ts'
import { TransportError } from '../s3/transport-error.ts'
import { backOff } from '../waiting/backoff.ts'
import { Deadline } from '../waiting/deadline.ts'
import { attemptObject, type FoundObject, toAttemptError } from './attempt.ts'
import { checkRange, rangeRequest, type Version, versionOf } from './open-range.ts'

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
export class HealingBody implements ObjectBody {
  healed = 0
  askedTwiceBytes = 0
  readonly #request: ObjectRequest
  readonly #options: HealingOptions
  readonly #version: Version | undefined
  readonly #endByte: number
  #source: FoundObject['body']
  /** The first byte that `#source` has not given. */
  #nextByte: number
  /** Given by `#source` and not yet passed on. */
  #held: Uint8Array = nothing
  #isAbandoned = false
  #isCancelled = false
  #attempts = 0
  #countedFrom: number
  #patience: NodeJS.Timeout | undefined
  #passedOnAtMs = Number.POSITIVE_INFINITY

  constructor(object: FoundObject, request: ObjectRequest, options: HealingOptions) {
    const firstByte = object.range?.first ?? 0
    this.#request = request
    this.#options = options
    this.#version = versionOf(object)
    this.#endByte = firstByte + object.sizeBytes
    this.#source = object.body
    this.#nextByte = firstByte
    this.#countedFrom = firstByte
    request.signal.addEventListener('abort', this.cancel)
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    clearTimeout(this.#patience)
    if (this.#held.byteLength > 0) return this.#passOn()
    if (this.#isAbandoned) return this.#resume()
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
      if (this.#nextByte === this.#endByte) return null
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
      if (isCrowded() || silentMs + timerErrorMs >= readerPatienceMs) this.#abandon()
      else this.#waitForReader()
    }, readerPatienceMs * crowdedShare)
  }

  #abandon(): void {
    const droppedBytes = this.#source.abandon()
    if (droppedBytes === undefined) return
    this.#isAbandoned = true
    this.askedTwiceBytes += droppedBytes
  }

  async #resume(): Promise<Uint8Array | null> {
    const { readerPatienceMs, deadlineMs, now } = this.#options
    this.#isAbandoned = false
    this.#attempts = 0
    const reason = new TransportError('stalled', `the reader took nothing for ${readerPatienceMs} ms`)
    return this.#continueAfter(reason, new Deadline(deadlineMs, now))
  }

  async #healAfter(failure: unknown, waitedSinceMs: number): Promise<Uint8Array | null> {
    const { deadlineMs, now } = this.#options
    const waitedMs = now() - waitedSinceMs
    const piece = await this.#continueAfter(failure, new Deadline(deadlineMs - waitedMs, now))
    this.healed++
    return piece
  }

  /**
   * Asks for the rest, again and again, until the next piece of it is in.
   *
   * @throws S3ProxyError when there is nothing more to try
   */
  async #continueAfter(failure: unknown, deadline: Deadline): Promise<Uint8Array | null> {
    let error = failure
    const timer = setTimeout(() => this.#source.cancel(), deadline.remainingMs)
    try {
      for (;;) {
        this.#source.cancel()
        const version = this.#countAttempt(error, deadline)
        try {
          if (this.#attempts > 1)
            await backOff(this.#attempts - 1, this.#options.random, this.#request.signal)
          this.#source = await this.#openRest(version, deadline)
          return this.#take(await this.#source.read())
        } catch (next) {
          error = next
        }
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** @returns the version that may be continued */
  #countAttempt(failure: unknown, deadline: Deadline): Version {
    if (this.#isCancelled) throw failure
    const { deadlineMs, maxAttempts, onRetry } = this.#options
    const error = toS3ProxyError(failure)
    if (deadline.isOver)
      throw new S3ProxyError('S3_TIMEOUT', `S3 sent no byte for ${deadlineMs} ms (s3.deadlineMs)`, {
        cause: error,
      })
    if (this.#nextByte - this.#countedFrom >= progressBytes) this.#attempts = 0
    if (this.#attempts === 0) this.#countedFrom = this.#nextByte
    const isHealable = error instanceof AttemptError && error.mayRetry
    if (this.#version === undefined || !isHealable || this.#attempts >= maxAttempts) throw error
    this.#attempts++
    onRetry(error, 'body')
    return this.#version
  }

  async #openRest(version: Version, deadline: Deadline): Promise<FoundObject['body']> {
    const [first, last] = [this.#nextByte, this.#endByte - 1]
    const request = rangeRequest(this.#request, version, first, last)
    const answer = await attemptObject(this.#options.client, request, deadline)
    const { body } = checkRange(answer, version, first, last)
    if (this.#isCancelled) body.cancel()
    return body
  }
}

function toS3ProxyError(error: unknown): S3ProxyError {
  if (error instanceof S3ProxyError) return error
  if (error instanceof TransportError) return toAttemptError(error)
  return new S3ProxyError('INTERNAL', 'reading the body failed', { cause: error })
}
