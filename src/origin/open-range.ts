import { S3ProxyError } from '../errors.ts'
import { isStrongEtag } from '../http/etag.ts'
import type { ObjectRequest } from '../object/object-source.ts'
import type { AttemptRequest, AttemptResult } from './attempt.ts'
import type { FoundObject, UnmeasuredObject } from './found-object.ts'
import type { VersionName, VersionNames } from './version-name.ts'

/** One version of an object, known from the head of an answer. */
export interface Version {
  /** Its strong ETag. */
  etag: string
  /** Size of the object; `Infinity` until S3 has told it. */
  sizeBytes: number
  /** Name of the version in a bucket with versions. It can be read after the object was replaced or deleted. */
  name: VersionName | undefined
}

/** Takes the version from an answer. @returns `undefined` without a strong ETag: such answers must not be combined */
export function versionOf(found: FoundObject | UnmeasuredObject, names: VersionNames): Version | undefined {
  const { etag } = found
  if (!isStrongEtag(etag)) return undefined
  const sizeBytes =
    found.kind === 'unmeasured' ? Number.POSITIVE_INFINITY : (found.range?.sizeBytes ?? found.sizeBytes)
  return { etag, sizeBytes, name: names.of(found.versionId) }
}

/** A request for bytes of this version only, both ends included. @param lastByte `Infinity` means to the end */
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
 * Checks that an answer holds the rest of an object whose length was not known.
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
    // A body in another coding has other bytes, whatever the ETag says.
    found.contentEncoding === begun.contentEncoding
  if (isRight) return found
  found.body.cancel()
  throw isOtherEtag(found, begun.etag) ? replaced() : otherBytes()
}

/**
 * Checks that an answer holds exactly these bytes of this version, and cancels its body where it does not.
 *
 * @throws S3ProxyError `OBJECT_REPLACED` where the version no longer exists; `OBJECT_DENIED`; `S3_BAD_ANSWER`
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

/** The failure of an object whose rest S3 does not give. */
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
