import { S3ProxyError } from '../errors.ts'
import { isStrongEtag } from '../http/etag.ts'
import type { ObjectRequest } from '../object/object-source.ts'
import type { AttemptRequest, AttemptResult } from './attempt.ts'
import type { FoundObject, UnmeasuredObject } from './found-object.ts'
import type { VersionName, VersionNames } from './version-name.ts'

/** One version of an object, known from the head of an answer. */
export interface Version {
  /** A strong one. */
  etag: string
  /** `Infinity` until S3 has told it. */
  sizeBytes: number
  /** In a bucket with versions: there it outlives that the object is replaced or deleted. */
  name: VersionName | undefined
}

/** @returns `undefined` without a strong ETag: then no two answers may be put together */
export function versionOf(found: FoundObject | UnmeasuredObject, names: VersionNames): Version | undefined {
  const { etag } = found
  if (!isStrongEtag(etag)) return undefined
  const sizeBytes =
    found.kind === 'unmeasured' ? Number.POSITIVE_INFINITY : (found.range?.sizeBytes ?? found.sizeBytes)
  return { etag, sizeBytes, name: names.of(found.versionId) }
}

/** A request for some bytes of one version, and of no other; both ends are included. @param lastByte `Infinity`: to its end */
export function rangeRequest(
  { key, signal, sharer }: Pick<ObjectRequest, 'key' | 'signal' | 'sharer'>,
  { etag, name }: Version,
  firstByte: number,
  lastByte: number,
): AttemptRequest {
  return {
    method: 'GET',
    key,
    conditions: {
      range: `bytes=${firstByte}-${Number.isFinite(lastByte) ? lastByte : ''}`,
      'if-match': etag,
    },
    versionName: name,
    signal,
    sharer,
  }
}

/**
 * Makes sure that an answer holds the rest of an object whose length was not known.
 *
 * @returns `null` when the object ends there
 * @throws S3ProxyError
 */
export function checkRest(
  answer: AttemptResult,
  begun: UnmeasuredObject,
  firstByte: number,
): FoundObject | null {
  const isOver = answer.kind === 'range-not-satisfiable' && answer.sizeBytes === firstByte
  if (isOver) return null
  const found = foundIn(answer)
  const isRight =
    found.etag === begun.etag &&
    found.range?.first === firstByte &&
    // Another coding is another body, whatever the ETag says.
    found.contentEncoding === begun.contentEncoding
  if (isRight) return found
  found.body.cancel()
  throw isOtherEtag(found, begun.etag) ? replaced() : otherBytes()
}

/**
 * Makes sure that an answer holds exactly these bytes of this version; it is cancelled when not.
 *
 * @throws S3ProxyError `OBJECT_REPLACED` when the version is not to be had any more; `OBJECT_DENIED`; `S3_BAD_ANSWER`
 */
export function checkRange(
  answer: AttemptResult,
  { etag, sizeBytes }: Version,
  firstByte: number,
  lastByte: number,
): FoundObject {
  const found = foundIn(answer)
  const { range } = found
  const isRight =
    found.etag === etag &&
    range?.first === firstByte &&
    range.last === lastByte &&
    range.sizeBytes === sizeBytes
  if (isRight) return found
  found.body.cancel()
  const isOther = isOtherEtag(found, etag) || (range !== undefined && range.sizeBytes !== sizeBytes)
  throw isOther ? replaced() : otherBytes()
}

function foundIn(answer: AttemptResult): FoundObject {
  if (answer.kind === 'found') return answer
  if (answer.kind === 'unmeasured') answer.body.cancel()
  throw noRange(answer.kind)
}

function isOtherEtag(found: FoundObject, etag: string | undefined): boolean {
  return isStrongEtag(found.etag) && found.etag !== etag
}

/** What became of an object whose rest is not to be had. */
function noRange(kind: Exclude<AttemptResult['kind'], 'found'>): S3ProxyError {
  switch (kind) {
    case 'precondition-failed':
    case 'range-not-satisfiable':
      return replaced()
    case 'not-found':
      return new S3ProxyError('OBJECT_REPLACED', 'the object was deleted while it was being read')
    case 'denied':
      return new S3ProxyError(
        'OBJECT_DENIED',
        'S3 gives no more of the object that was being read: it was deleted, or may not be read any more',
      )
    case 'not-modified':
    case 'unmeasured':
      return new S3ProxyError('S3_BAD_ANSWER', 'S3 has no more of the object that was being read')
    default:
      return kind satisfies never
  }
}

function otherBytes(): S3ProxyError {
  return new S3ProxyError('S3_BAD_ANSWER', 'S3 gave other bytes than those asked for')
}

function replaced(): S3ProxyError {
  return new S3ProxyError('OBJECT_REPLACED', 'the object was replaced while it was being read')
}
