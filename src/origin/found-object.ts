import { answersRange, type ByteRange, parseContentRange } from '../http/content-range.ts'
import { isStrongEtag } from '../http/etag.ts'
import type { HeaderList } from '../http/reply.ts'
import { pickObjectHeaders } from '../object/object-headers.ts'
import type { ObjectRequest } from '../object/object-source.ts'
import type { S3Response } from '../s3/connection.ts'
import { badAnswer, requestIdOf } from './attempt-failure.ts'
import { measureBody } from './measured-body.ts'

/** An object, or a range of one, in one answer of S3. Its body is not healed yet when it breaks off. */
export interface FoundObject {
  kind: 'found'
  status: 200 | 206
  headers: HeaderList
  /** Size of the body of this answer. */
  sizeBytes: number
  /** The range of the answer; `undefined` for a whole object. */
  range: ByteRange | undefined
  etag: string | undefined
  lastModified: string | undefined
  contentEncoding: string | undefined
  /** Value of `x-amz-version-id`. */
  versionId: string | undefined
  s3RequestId: string | undefined
  body: S3Response['body']
}

/** A whole object whose length S3 does not tell. Its coding shows its end. */
export interface UnmeasuredObject extends Omit<FoundObject, 'kind' | 'sizeBytes'> {
  kind: 'unmeasured'
}

/**
 * Reads the head of an answer with status 200 or 206, once for everything behind it.
 *
 * @throws AttemptError where the head contradicts the request or itself; the body is cancelled then
 */
export function readFound(request: ObjectRequest, response: S3Response): FoundObject | UnmeasuredObject {
  const { headers, contentLength, body } = response
  const status = response.status === 206 ? 206 : 200
  const range = status === 206 ? parseContentRange(headers.get('content-range')) : undefined
  const rangeBytes = range === undefined ? undefined : range.last - range.first + 1
  checkHead(request, response, range, rangeBytes)
  const sizeBytes = contentLength ?? rangeBytes
  const head = {
    status,
    headers: pickObjectHeaders(headers),
    range,
    etag: headers.get('etag'),
    lastModified: headers.get('last-modified'),
    contentEncoding: headers.get('content-encoding'),
    versionId: headers.get('x-amz-version-id'),
    s3RequestId: requestIdOf(response),
  } as const
  if (sizeBytes === undefined) return { kind: 'unmeasured', ...head, body }
  const isHeldToSize = contentLength !== undefined || request.method === 'HEAD'
  return { kind: 'found', ...head, sizeBytes, body: isHeldToSize ? body : measureBody(body, sizeBytes) }
}

/**
 * Tells whether an answer was compressed on its way. Such an answer has no length and no strong ETag. In an answer to
 * HEAD only the missing length shows it.
 */
export function isCompressedOnItsWay(method: string, { headers, contentLength }: S3Response): boolean {
  if (contentLength !== undefined) return false
  return method === 'HEAD' || (headers.has('content-encoding') && !isStrongEtag(headers.get('etag')))
}

/** Checks a head. @throws AttemptError where it contradicts the request or itself; the body is cancelled then */
function checkHead(
  { method, conditions }: ObjectRequest,
  response: S3Response,
  range: ByteRange | undefined,
  rangeBytes: number | undefined,
): void {
  const { status, headers, contentLength, body } = response
  const asked = conditions.range
  const isOtherRange =
    status === 206 && (asked === undefined || range === undefined || !answersRange(range, asked))
  const problem = isOtherRange
    ? 'with a range that was not asked for'
    : rangeBytes !== undefined && contentLength !== undefined && rangeBytes !== contentLength
      ? 'whose content-length is not that of its range'
      : contentLength === undefined && method === 'GET' && !headers.has('transfer-encoding')
        ? 'without content-length, so that its end looks like a cut'
        : undefined
  if (problem === undefined) return
  body.cancel()
  throw badAnswer(`${status} ${problem}`, response, status === 206 ? rangesWrong : undefined)
}

const rangesWrong = 'this S3, or what lies between, does not give ranges as HTTP has them'
