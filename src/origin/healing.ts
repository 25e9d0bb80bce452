import { S3ProxyError } from '../errors.ts'
import type { ByteSource } from '../http/byte-source.ts'
import type { ObjectRequest } from '../object/object-source.ts'
import type { S3Client } from '../s3/s3-client.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import type { Deadline } from '../waiting/deadline.ts'
import type { FoundObject, UnmeasuredObject } from './found-object.ts'
import { HealAttempts, type HealAttemptsOptions } from './heal-attempts.ts'
import { type Version, versionOf } from './open-range.ts'
import { openRest, unaskedRange } from './open-rest.ts'
import { ReaderWatch, type ReaderWatchOptions } from './reader-watch.ts'
import type { VersionNames } from './version-name.ts'

export interface HealingOptions extends HealAttemptsOptions, ReaderWatchOptions {
  client: S3Client
  versionNames: VersionNames
}

/** Size of the pieces for a slow reader. With larger ones it would seem to take nothing for a long time. */
const sliceBytes = 64 * 1024
const nothing = new Uint8Array(0)

/**
 * The body of an object that S3 may break off. The rest is then asked for again, from the next byte on and only
 * from the same version, and the reader sees one unbroken body.
 *
 * A reader that takes nothing for `readerPatienceMs` loses its connection, and the rest is asked for when the reader
 * goes on. That happens much sooner where requests wait for a connection. An object without a strong ETag cannot be
 * continued. A body whose length S3 does not tell is whole when its coding says so. The answer to a request for its rest
 * tells the length, and from there on it is like any other body.
 *
 * @see docs/decisions/005-healing.md
 */
export class HealingBody implements ByteSource {
  readonly #request: ObjectRequest
  readonly #record: RequestRecord
  readonly #options: HealingOptions
  #version: Version | undefined
  /** The end of the body; `Infinity` until S3 has told the length. */
  #endByte: number
  /** The object, where S3 did not tell its length. */
  readonly #unmeasured: UnmeasuredObject | undefined
  #source: FoundObject['body']
  readonly #firstByte: number
  /** The first byte that `#source` has not given. */
  #nextByte: number
  /** Bytes of `#source` that are not yet passed on. */
  #held: Uint8Array = nothing
  /** Whether nothing is being fetched, because the reader paused for long or has not begun. */
  #isAbandoned = false
  #isCancelled = false
  /** Most bodies need none. */
  #attemptsMade: HealAttempts | undefined
  /** A body of one piece needs none. */
  #reader: ReaderWatch | undefined

  /** @param version of the object; bodies of one download share it, with the knowledge whether S3 accepts its name */
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
    this.#firstByte = firstByte
    request.signal.addEventListener('abort', this.cancel)
  }

  /**
   * The rest of a version that was begun. It is asked for when it is read.
   *
   * @param waitedMs the time that its reader has waited for S3 already
   */
  static ofRest(
    version: Version,
    range: { firstByte: number; endByte: number },
    request: ObjectRequest,
    record: RequestRecord,
    options: HealingOptions,
    waitedMs: number,
  ): HealingBody {
    const body = new HealingBody(unaskedRange(version, range), request, record, options, version)
    body.#isAbandoned = true
    body.#attempts.addWait(waitedMs)
    return body
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    this.#reader?.stop()
    if (this.#held.byteLength > 0) return this.#passOn()
    if (this.#isAbandoned) return this.#goOn()
    const piece = this.#source.read()
    // Bytes that have arrived are passed on at once, so that a small object leaves with its head.
    if (!(piece instanceof Promise)) return this.#take(piece)
    const waitedSinceMs = this.#options.now()
    return piece.then(
      (arrived) => this.#take(arrived),
      (error) => this.#healAfter(error, waitedSinceMs),
    )
  }

  readonly cancel = (): void => {
    this.#isCancelled = true
    this.#reader?.stop()
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
    const piece = this.#reader?.isSlow ? this.#held.subarray(0, sliceBytes) : this.#held
    this.#held = this.#held.subarray(piece.byteLength)
    const isMoreToCome = this.#nextByte < this.#endByte
    if (!isMoreToCome && this.#held.byteLength === 0) return piece
    this.#reader ??= new ReaderWatch(this.#options, this.#request.sharer, () => this.#abandon())
    this.#reader.passOn()
    if (this.#version !== undefined && isMoreToCome) this.#reader.wait()
    return piece
  }

  #abandon(): void {
    const droppedBytes = this.#source.abandon()
    if (droppedBytes === undefined) return
    this.#isAbandoned = true
    this.#record.askedTwiceBytes += droppedBytes
    this.#attempts.countAnew(this.#nextByte)
  }

  /** Continues after a pause of the reader, which is no failure of S3. */
  #goOn(): Promise<Uint8Array | null> {
    this.#isAbandoned = false
    return this.#continue(undefined, 0)
  }

  async #healAfter(failure: unknown, waitedSinceMs: number): Promise<Uint8Array | null> {
    this.#attempts.noteProgress(this.#nextByte)
    const piece = await this.#continue({ failure }, this.#options.now() - waitedSinceMs)
    this.#record.healed++
    return piece
  }

  get #attempts(): HealAttempts {
    this.#attemptsMade ??= new HealAttempts(this.#options, this.#firstByte)
    return this.#attemptsMade
  }

  /**
   * Asks for the rest, again and again with growing waits, until its next piece has arrived.
   *
   * @param broken the failure after which S3 is asked again; `undefined` where it was not asked yet
   * @param waitedMs the time that the reader has waited
   * @throws S3ProxyError when no attempt is left
   */
  async #continue(broken: { failure: unknown } | undefined, waitedMs: number): Promise<Uint8Array | null> {
    const { now } = this.#options
    const { signal } = this.#request
    const attempts = this.#attempts
    const startedAtMs = now() - waitedMs
    const deadline = attempts.deadlineAfter(waitedMs)
    const timer = setTimeout(() => this.#source.cancel(), deadline.remainingMs)
    let last = broken
    try {
      for (;;) {
        this.#source.cancel()
        if (last !== undefined) {
          if (this.#isCancelled) throw last.failure
          attempts.count(last.failure, deadline, this.#version !== undefined)
        }
        try {
          await attempts.pause(last?.failure, signal, deadline)
          // The wait may have used up the rest of the time.
          if (last !== undefined && deadline.isOver) throw last.failure
          this.#source = await this.#openRest(deadline)
          return this.#take(await this.#source.read())
        } catch (failure) {
          last = { failure }
        }
      }
    } finally {
      clearTimeout(timer)
      attempts.addWait(now() - startedAtMs)
    }
  }

  async #openRest(deadline: Deadline): Promise<FoundObject['body']> {
    const version = this.#version as Version
    const begun = {
      ...{ version, unmeasured: this.#unmeasured },
      ...{ firstByte: this.#nextByte, endByte: this.#endByte },
    }
    const { body, sizeBytes } = await openRest(this.#options.client, this.#request, begun, deadline)
    if (this.#endByte === Number.POSITIVE_INFINITY) {
      this.#endByte = sizeBytes
      this.#version = { ...version, sizeBytes }
    }
    if (this.#isCancelled) body.cancel()
    return body
  }
}
