import { answersRange, type ByteRange, parseContentRange } from '../http/content-range.ts'
import type { HeaderList } from '../http/reply.ts'
import { conditionHeaders } from '../object/conditions.ts'
import { toWireKey } from '../object/key.ts'
import { pickNotModifiedHeaders, pickObjectHeaders } from '../object/object-headers.ts'
import type { ObjectRequest, ObjectResult } from '../object/object-source.ts'
import type { S3Response } from '../s3/connection.ts'
import type { S3Client, S3Request } from '../s3/s3-client.ts'
import { TransportError } from '../s3/transport-error.ts'
import type { Deadline } from '../waiting/deadline.ts'
import {
  badAnswer,
  judgedFailure,
  readError,
  requestIdOf,
  speakableCode,
  toAttemptError,
} from './attempt-failure.ts'
import { measureBody } from './measured-body.ts'
import { judgeS3Answer, refusesVersionId, xmlElement } from './verdict.ts'
import type { VersionName } from './version-name.ts'

export interface AttemptRequest extends ObjectRequest {
  /** Of the version that is meant, beside the conditions. */
  versionName?: VersionName | undefined
}

/** One answer of S3 that makes sense; the body is not yet guarded against breaking. */
export type AttemptResult = FoundObject | UnmeasuredObject | Exclude<ObjectResult, { kind: 'found' }>

export interface FoundObject {
  kind: 'found'
  status: 200 | 206
  headers: HeaderList
  /** Of this answer. */
  sizeBytes: number
  /** `undefined` for a whole object. */
  range: ByteRange | undefined
  etag: string | undefined
  lastModified: string | undefined
  /** As S3 says it. */
  versionId: string | undefined
  s3RequestId: string | undefined
  body: S3Response['body']
}

/** A whole object whose length S3 does not tell, in a coding that shows its end. */
export interface UnmeasuredObject extends Omit<FoundObject, 'kind' | 'status' | 'sizeBytes' | 'range'> {
  kind: 'unmeasured'
}

/**
 * Asks S3 once; and once more without the name of the version where it does not give that.
 *
 * @param acceptEncoding `identity` when the answer to `gzip` was compressed on its way
 * @param deadline for all steps together: a free connection, connecting, the head
 * @throws AttemptError; TransportError `cancelled` when the signal fired; S3ProxyError where no other attempt
 *   can do better
 */
export async function attemptObject(
  client: S3Client,
  request: AttemptRequest,
  deadline: Deadline,
  acceptEncoding: 'gzip' | 'identity' = 'gzip',
): Promise<AttemptResult> {
  const { method, key, conditions, signal, sharer } = request
  const versionId = request.versionName?.usable
  let response: S3Response
  try {
    const asked: S3Request = {
      method,
      wireKey: toWireKey(key),
      query: versionId === undefined ? undefined : [['versionId', versionId]],
      headers: conditionHeaders(conditions),
      acceptEncoding,
      sharer,
    }
    response = await client.send(asked, signal, deadline)
  } catch (error) {
    throw error instanceof TransportError && !signal.aborted ? toAttemptError(error) : error
  }
  const { status } = response
  if (status === 200 || status === 206) {
    if (acceptEncoding === 'identity' || !isCompressedOnItsWay(method, response.headers))
      return found(request, response)
    response.body.cancel()
    return attemptObject(client, request, deadline, 'identity')
  }
  if (status === 304) {
    response.body.cancel()
    if (!('if-none-match' in conditions || 'if-modified-since' in conditions)) {
      throw badAnswer('304 to a request without a condition', response)
    }
    const headers = pickNotModifiedHeaders(response.headers, conditions['if-none-match'])
    return { kind: 'not-modified', headers, s3RequestId: requestIdOf(response) }
  }
  return judge(client, request, response, deadline, versionId !== undefined)
}

/**
 * Whether an answer is not what was stored: what compresses on the way cannot tell the length, and no ETag can name
 * the bytes strongly. An answer to HEAD has nothing else to be told by than its missing length.
 */
function isCompressedOnItsWay(method: string, headers: S3Response['headers']): boolean {
  if (headers.has('content-length')) return false
  return method === 'HEAD' || (headers.has('content-encoding') && !headers.get('etag')?.startsWith('"'))
}

function found(request: ObjectRequest, response: S3Response): FoundObject | UnmeasuredObject {
  const { status, headers, body } = response
  const length = headers.get('content-length')
  const range = status === 206 ? parseContentRange(headers.get('content-range')) : undefined
  const rangeBytes = range === undefined ? undefined : range.last - range.first + 1
  checkHead(request, response, range, rangeBytes)
  const sizeBytes = length === undefined ? rangeBytes : Number(length)
  const picked = pickObjectHeaders(headers)
  const etag = headers.get('etag')
  const lastModified = headers.get('last-modified')
  const versionId = headers.get('x-amz-version-id')
  const s3RequestId = requestIdOf(response)
  if (sizeBytes === undefined)
    return { kind: 'unmeasured', headers: picked, etag, lastModified, versionId, s3RequestId, body }
  if (length === undefined) picked.push('content-length', String(sizeBytes))
  const isHeldToSize = length !== undefined || request.method === 'HEAD'
  return {
    kind: 'found',
    status: status === 206 ? 206 : 200,
    headers: picked,
    sizeBytes,
    range,
    etag,
    lastModified,
    versionId,
    s3RequestId,
    body: isHeldToSize ? body : measureBody(body, sizeBytes),
  }
}

/** @throws AttemptError where a head contradicts the request or itself, after the body was given up */
function checkHead(
  { method, conditions }: ObjectRequest,
  response: S3Response,
  range: ByteRange | undefined,
  rangeBytes: number | undefined,
): void {
  const { status, headers, body } = response
  const length = headers.get('content-length')
  const asked = conditions.range
  const isOtherRange =
    status === 206 && (asked === undefined || range === undefined || !answersRange(range, asked))
  const problem = isOtherRange
    ? 'with a range that was not asked for'
    : rangeBytes !== undefined && length !== undefined && rangeBytes !== Number(length)
      ? 'whose content-length is not that of its range'
      : length === undefined && method === 'GET' && !headers.has('transfer-encoding')
        ? 'without content-length, so that its end looks like a cut'
        : undefined
  if (problem === undefined) return
  body.cancel()
  throw badAnswer(`${status} ${problem}`, response, status === 206 ? rangesWrong : undefined)
}

const rangesWrong = 'this S3, or what lies between, does not give ranges as HTTP has them'

async function judge(
  client: S3Client,
  request: AttemptRequest,
  response: S3Response,
  deadline: Deadline,
  isNamed: boolean,
): Promise<AttemptResult> {
  const { status } = response
  const s3RequestId = requestIdOf(response)
  const xml = await readError(response, request.signal, deadline)
  // The answer to HEAD has no body, so it does not say why, nor how large the object is: GET does.
  if (request.method === 'HEAD' && hasReason(status)) {
    const conditions = { range: 'bytes=0-0', ...request.conditions }
    const reason = await attemptObject(client, { ...request, method: 'GET', conditions }, deadline)
    if (reason.kind === 'found' || reason.kind === 'unmeasured') reason.body.cancel()
    // An empty object has no first byte.
    else if (reason.kind !== 'range-not-satisfiable' || request.conditions.range !== undefined) return reason
    const advice = 'look at what lies between here and S3, and at a policy that names s3:HeadObject'
    throw badAnswer(`${status} to HEAD and ${reason.kind} to GET`, response, advice)
  }
  const errorCode = xmlElement(xml, 'Code')
  const verdict = judgeS3Answer(status, errorCode)
  if (isNamed && refusesVersionId(status, verdict)) return attemptUnnamed(client, request, deadline)
  if (verdict.kind === 'failure') throw judgedFailure(client, verdict, errorCode, response)
  if (verdict.kind === 'not-found' || verdict.kind === 'denied') {
    if (verdict.advice === undefined) return { kind: verdict.kind, s3RequestId }
    const s3Code = speakableCode(errorCode)
    const message = `S3 answered ${status} ${s3Code}: ${verdict.advice}`
    return { kind: verdict.kind, refusal: { s3Code, message }, s3RequestId }
  }
  if (verdict.kind === 'precondition-failed') return { kind: verdict.kind, s3RequestId }
  const actual = /^\d+$/.exec(xmlElement(xml, 'ActualObjectSize') ?? '')?.[0]
  const contentRange = response.headers.get('content-range') ?? (actual && `bytes */${actual}`)
  return { kind: 'range-not-satisfiable', contentRange, s3RequestId }
}

async function attemptUnnamed(
  client: S3Client,
  request: AttemptRequest,
  deadline: Deadline,
): Promise<AttemptResult> {
  request.versionName?.refuse()
  const answer = await attemptObject(client, request, deadline)
  if (answer.kind === 'found' || answer.kind === 'unmeasured') request.versionName?.refuseAll()
  return answer
}

/** Whether S3 may mean several things by a status: about the object, or about us. */
function hasReason(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 412 && status !== 429
}
