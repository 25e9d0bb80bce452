import { S3ProxyError } from '../errors.ts'
import type { ObjectBody, ObjectRequest, ObjectResult, ObjectSource } from '../object/object-source.ts'
import { AttemptError } from '../s3/attempt-error.ts'
import type { Sharer } from '../s3/fair-shares.ts'
import type { S3Client } from '../s3/s3-client.ts'
import { backOff, maxWaitMs } from '../waiting/backoff.ts'
import { Deadline } from '../waiting/deadline.ts'
import { type AttemptRequest, type AttemptResult, attemptObject, type FoundObject } from './attempt.ts'
import { HealingBody } from './healing.ts'
import { checkRange, rangeRequest, versionOf } from './open-range.ts'
import { createParallelBody } from './read-ahead/parallel-body.ts'
import type { ReadAhead } from './read-ahead/read-ahead.ts'
import { createRetryBudget } from './retry-budget.ts'
import { VersionNames } from './version-name.ts'

export interface S3SourceOptions {
  client: S3Client
  maxAttempts: number
  /** Without a byte over all attempts together. */
  deadlineMs: number
  /** How long a reader may take nothing before its connection to S3 is given back. */
  readerPatienceMs: number
  /** Whether requests wait for a connection to S3 that one of this one's could serve. */
  isCrowded(sharer: Sharer): boolean
  /** Without it every body comes over one connection. */
  readAhead?: ReadAhead
  random(): number
  /** A clock that never jumps, in milliseconds. */
  now(): number
  /** Called for each failure that another attempt follows. */
  onRetry(error: S3ProxyError, where: 'head' | 'body'): void
}

/** Objects from S3: attempts before the head are repeated, bodies that break are continued. */
export function createS3Source(options: S3SourceOptions): ObjectSource {
  const budget = createRetryBudget()
  const versionNames = new VersionNames(options.now)
  const healing = { ...options, versionNames }

  async function openWithRetries(request: AttemptRequest): Promise<AttemptResult> {
    const deadline = new Deadline(options.deadlineMs, options.now)
    budget.earn()
    for (let attempt = 1; ; attempt++) {
      try {
        return await attemptObject(options.client, request, deadline)
      } catch (error) {
        if (!(error instanceof AttemptError) || !error.mayRetry) throw error
        const waitMs = (error.retryAfterSeconds ?? 0) * 1000
        if (attempt >= options.maxAttempts || waitMs > maxWaitMs || !budget.spend()) throw error
        options.onRetry(error, 'head')
        await backOff(attempt, options.random, request.signal, waitMs, deadline.remainingMs)
        if (deadline.isOver) {
          throw new S3ProxyError(
            'S3_TIMEOUT',
            `no answer from S3 within ${options.deadlineMs} ms (s3.deadlineMs)`,
            { cause: error },
          )
        }
      }
    }
  }

  /** A large body may come over several connections; without a strong ETag its parts might not fit together. */
  function bodyOf(found: FoundObject, request: ObjectRequest): ObjectBody {
    const version = versionOf(found, versionNames)
    const body = new HealingBody(found, request, healing, version)
    const { readAhead, readerPatienceMs, onRetry } = options
    if (readAhead === undefined || found.sizeBytes <= readAhead.thresholdBytes) return body
    if (version === undefined || request.method !== 'GET') return body
    const firstByte = found.range?.first ?? 0
    const range = { firstByte, endByte: firstByte + found.sizeBytes }
    return createParallelBody(body, range, {
      ...{ readAhead, readerPatienceMs, onRetry, signal: request.signal },
      async openRange(first, last, signal) {
        const part = rangeRequest({ ...request, signal }, version, first, last)
        const opened = checkRange(await openWithRetries(part), version, first, last)
        return new HealingBody(opened, part, healing, version)
      },
      openRest: (firstByte, signal, waitedMs) =>
        HealingBody.ofRest(
          version,
          { firstByte, endByte: range.endByte },
          { ...request, signal },
          healing,
          waitedMs,
        ),
    })
  }

  return {
    async open(request): Promise<ObjectResult> {
      const result = await openWithRetries(request)
      if (result.kind === 'unmeasured') {
        const { headers, s3RequestId } = result
        const body = new HealingBody(result, request, healing)
        return { kind: 'found', status: 200, headers, sizeBytes: undefined, s3RequestId, body }
      }
      if (result.kind !== 'found') return result
      const { status, headers, sizeBytes, s3RequestId } = result
      return { kind: 'found', status, headers, sizeBytes, s3RequestId, body: bodyOf(result, request) }
    },
  }
}
