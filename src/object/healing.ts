import { S3ProxyError } from '../errors.ts'
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
  random(): number
  now(): number
  onRetry(error: S3ProxyError, where: 'body'): void
}

/** After so many bytes the attempts are counted anew. */
const progressBytes = 1024 * 1024

/**
 * The body of an object that S3 may break off: the rest is then asked for again, from the next byte and only
 * of the version that was begun, and the reader sees one unbroken body.
 *
 * The reader that takes nothing for `readerPatienceMs` is no reason to hold a connection: it is given back,
 * and the rest is asked for when the reader goes on. An object without a strong ETag cannot be continued.
 */
export function createHealingBody(
  object: FoundObject,
  request: ObjectRequest,
  options: HealingOptions,
): ObjectBody {
  const firstByte = object.range?.first ?? 0
  const etag = object.etag?.startsWith('"') ? object.etag : undefined
  const endByte = firstByte + object.sizeBytes
  let source = object.body
  let nextByte = firstByte
  let isAbandoned = false
  let attempts = 0
  let countedFrom = firstByte
  let healed = 0
  let askedTwiceBytes = 0
  let patience: NodeJS.Timeout | undefined

  /** @throws S3ProxyError when there is nothing more to try */
  async function heal(error: unknown): Promise<void> {
    let cause = toS3ProxyError(error)
    const deadline = options.now() + options.deadlineMs
    if (nextByte - countedFrom >= progressBytes) attempts = 0
    countedFrom = nextByte
    for (;;) {
      if (
        etag === undefined ||
        !isHealable(cause) ||
        attempts >= options.maxAttempts ||
        options.now() >= deadline
      )
        throw cause
      attempts++
      options.onRetry(cause, 'body')
      if (attempts > 1) await backOff(attempts - 1, options.random, request.signal)
      try {
        await continueFrom(etag, Math.max(1, deadline - options.now()))
        return
      } catch (next) {
        if (request.signal.aborted) throw next
        cause = toS3ProxyError(next)
      }
    }
  }

  async function continueFrom(ifMatch: string, stepMs: number): Promise<void> {
    const conditions = { range: `bytes=${nextByte}-${endByte - 1}`, 'if-match': ifMatch }
    const rest = await attemptObject(options.client, { ...request, method: 'GET', conditions }, stepMs)
    const isRest =
      rest.kind === 'found' &&
      rest.etag === ifMatch &&
      rest.range?.first === nextByte &&
      rest.range.last === endByte - 1
    if (isRest) {
      source = rest.body
      return
    }
    if (rest.kind === 'found') rest.body.cancel()
    throw new S3ProxyError(
      'S3_BAD_ANSWER',
      rest.kind === 'precondition-failed'
        ? 'the object was replaced while it was being read'
        : `no rest of the object: ${rest.kind}`,
    )
  }

  function abandon(): void {
    if (etag === undefined) return
    isAbandoned = true
    askedTwiceBytes += source.abandon()
  }

  async function resume(): Promise<void> {
    source.cancel()
    isAbandoned = false
    attempts = 0
    await heal(new TransportError('stalled', `the reader took nothing for ${options.readerPatienceMs} ms`))
  }

  async function readHealing(): Promise<Uint8Array | null> {
    try {
      return passOn(await source.read())
    } catch (error) {
      return healAndRead(error)
    }
  }

  async function healAndRead(error: unknown): Promise<Uint8Array | null> {
    source.cancel()
    await heal(error)
    healed++
    return readHealing()
  }

  function passOn(piece: Uint8Array | null): Uint8Array | null {
    if (piece === null) return null
    nextByte += piece.byteLength
    if (nextByte < endByte) patience = setTimeout(abandon, options.readerPatienceMs)
    return piece
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
      if (isAbandoned) return resume().then(readHealing)
      const piece = source.read()
      // What is there is handed on at once, so that a small object leaves with its head.
      return piece instanceof Promise ? piece.then(passOn, healAndRead) : passOn(piece)
    },
    cancel() {
      clearTimeout(patience)
      source.cancel()
    },
  }
}

function toS3ProxyError(error: unknown): S3ProxyError {
  if (error instanceof S3ProxyError) return error
  if (error instanceof TransportError) return toAttemptError(error)
  return new S3ProxyError('INTERNAL', 'reading the body failed', { cause: error })
}

function isHealable(error: S3ProxyError): boolean {
  return error instanceof AttemptError && error.mayRetry
}
