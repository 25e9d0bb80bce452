import type { S3ProxyError } from '../errors.ts'
import type { ByteSource } from '../http/byte-source.ts'
import type { ObjectRequest, ObjectResult, ObjectSource } from '../object/object-source.ts'
import type { Sharer } from '../s3/fair-shares.ts'
import { guests } from '../s3/fair-shares.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { attemptObject } from './attempt.ts'
import { attemptChecksum } from './attempt-checksum.ts'
import { attemptList } from './attempt-list.ts'
import type { FoundObject } from './found-object.ts'
import { HealingBody } from './healing.ts'
import { checkRange, rangeRequest, versionOf } from './open-range.ts'
import { createParallelBody } from './read-ahead/parallel-body.ts'
import type { ReadAhead } from './read-ahead/read-ahead.ts'
import { VersionNames } from './version-name.ts'
import { type RetryOptions, withRetries } from './with-retries.ts'

export interface S3SourceOptions extends RetryOptions {
  /** The beginning of every key of the endpoint. */
  keyPrefix: string
  /** Time without reading after which a reader loses its connection to S3. */
  readerPatienceMs: number
  /** Tells whether requests wait that a connection of this sharer could serve. */
  isCrowded(sharer: Sharer): boolean
  /** Reading ahead over several connections; without it every body comes over one. */
  readAhead?: ReadAhead
  /** Called for each failure that another attempt follows. */
  onRetry(error: S3ProxyError, where: 'head' | 'body'): void
}

/** Creates the source of a bucket's objects. It repeats attempts before the head, and continues bodies that break off. */
export function createS3Source(options: S3SourceOptions): ObjectSource {
  const versionNames = new VersionNames(options.now)
  const healing = { ...options, versionNames }

  /** Picks how a body comes. Several connections need a strong ETag, or parts might belong to different versions. */
  function bodyOf(found: FoundObject, request: ObjectRequest, record: RequestRecord): ByteSource {
    const version = versionOf(found, versionNames)
    const body = new HealingBody(found, request, record, healing, version)
    const { readAhead, readerPatienceMs, onRetry } = options
    if (readAhead === undefined || found.sizeBytes <= readAhead.thresholdBytes) return body
    if (version === undefined || request.method !== 'GET') return body
    // Reading ahead takes memory and connections that people who are signed in may need.
    if (request.sharer === guests) return body
    const firstByte = found.range?.first ?? 0
    const range = { firstByte, endByte: firstByte + found.sizeBytes }
    return createParallelBody(body, range, record, {
      ...{ readAhead, readerPatienceMs, onRetry, signal: request.signal },
      async openRange(first, last, signal) {
        const part = rangeRequest({ ...request, signal }, version, first, last)
        const opened = checkRange(await withRetries(attemptObject, part, options), version, first, last)
        return new HealingBody(opened, part, record, healing, version)
      },
      openRest: (firstByte, signal, waitedMs) =>
        HealingBody.ofRest(
          version,
          { firstByte, endByte: range.endByte },
          { ...request, signal },
          record,
          healing,
          waitedMs,
        ),
    })
  }

  return {
    async open(request, record): Promise<ObjectResult> {
      const result = await withRetries(attemptObject, request, options)
      if (result.kind === 'unmeasured') {
        const body = new HealingBody(result, request, record, healing)
        return { ...result, kind: 'found', sizeBytes: undefined, body }
      }
      return result.kind === 'found' ? { ...result, body: bodyOf(result, request, record) } : result
    },
    list: (request) => withRetries(attemptList, { ...request, keyPrefix: options.keyPrefix }, options),
    checksum: (request) => withRetries(attemptChecksum, request, options),
  }
}
