import { parseUnsatisfied } from '../http/content-range.ts'
import { conditionHeaders } from '../object/conditions.ts'
import { toWireKey } from '../object/key.ts'
import { pickNotModifiedHeaders } from '../object/object-headers.ts'
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
import { withFirstPiece } from './first-piece.ts'
import { type FoundObject, isCompressedOnItsWay, readFound, type UnmeasuredObject } from './found-object.ts'
import { judgeS3Answer, refusesVersionId, xmlElement } from './verdict.ts'
import type { VersionName } from './version-name.ts'

export interface AttemptRequest extends ObjectRequest {
  /** The name of the wanted version; the conditions apply as well. */
  versionName?: VersionName | undefined
}

/** One valid answer of S3. Its body is not healed yet when it breaks off. */
export type AttemptResult = FoundObject | UnmeasuredObject | Exclude<ObjectResult, { kind: 'found' }>

/**
 * Asks S3 once, and once more without the name of the version where S3 refuses that name.
 *
 * @param acceptEncoding `identity` after an answer to `gzip` that was compressed on its way
 * @param deadline limits all steps together: a free connection, connecting, the head
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
  // `sendAttempt` would be one more promise for each request.
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
    if (acceptEncoding === 'identity' || !isCompressedOnItsWay(method, response)) {
      const found = readFound(request, response)
      return found.kind === 'found' || method === 'HEAD' ? found : withFirstPiece(found, signal, deadline)
    }
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
  // An answer to HEAD has no body, so only GET gives the reason and the size of the object.
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
  return { kind: 'range-not-satisfiable', sizeBytes: sizeIn(response, xml), s3RequestId }
}

/** The size of the object that a range lies outside of; not every store tells it in a header. */
function sizeIn({ headers }: S3Response, xml: string): number | undefined {
  const told = parseUnsatisfied(headers.get('content-range'))
  if (told !== undefined) return told
  const actual = xmlElement(xml, 'ActualObjectSize') ?? ''
  return /^\d{1,15}$/.test(actual) ? Number(actual) : undefined
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

/** Tells whether a status has several meanings, which only the body of the error can tell apart. */
function hasReason(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 412 && status !== 429
}
