import { formatUnsatisfied } from '../http/content-range.ts'
import { errorReply } from '../http/error-reply.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import type { Sharer } from '../s3/fair-shares.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { type ConditionsResult, readConditions, withIfRange, withoutRange } from './conditions.ts'
import type { ObjectKey } from './key.ts'
import { protectObjectHeaders } from './object-headers.ts'
import type { Conditions, ObjectOpener, ObjectResult, Refusal } from './object-source.ts'
import type { IsSandboxed } from './sandbox-rule.ts'

export interface ReadOptions {
  /** Tells for a key whether types that can run script are sandboxed. */
  isSandboxed: IsSandboxed
  /** The time, in milliseconds. */
  now(): number
  /** Called when S3 says AccessDenied. */
  onDenied(): void
  /** Called when S3 refuses an object for a reason that lies in this one object. */
  onRefused(code: 'OBJECT_DENIED' | 'OBJECT_NOT_FOUND', refusal: Refusal): void
}

/**
 * Answers a GET or HEAD for one object.
 *
 * @param record gets what S3 says of the object that is answered
 * @param sharer owner of the share of connections that it uses
 * @throws S3ProxyError when S3 has no regular answer
 */
export async function readObject(
  source: ObjectOpener,
  request: ProxyRequest,
  record: RequestRecord,
  key: ObjectKey,
  options: ReadOptions,
  sharer?: Sharer,
): Promise<Reply> {
  const read = readConditions(request.header, options.now)
  if (read.kind === 'invalid') return errorReply('HEADER_INVALID', request, record)
  const result = await openWithIfRange(source, request, record, key, read, options.now, sharer)
  record.s3RequestId = result.s3RequestId
  return replyTo(result, request, record, key, options)
}

function replyTo(
  result: ObjectResult,
  request: ProxyRequest,
  record: RequestRecord,
  key: ObjectKey,
  options: ReadOptions,
): Reply {
  switch (result.kind) {
    case 'found': {
      record.sizeBytes = result.sizeBytes
      record.etag = result.etag
      record.range = result.range
      record.versionId = result.versionId
      const headers = protectObjectHeaders(result.headers, options.isSandboxed(key))
      const { status, sizeBytes, body } = result
      if (request.method === 'GET') return { status, headers, body: { source: body, sizeBytes } }
      body.cancel()
      return { status, headers, body: { source: null, sizeBytes } }
    }
    case 'not-modified':
      return { status: 304, headers: protectObjectHeaders(result.headers, false), body: null }
    case 'precondition-failed':
      return errorReply('PRECONDITION_FAILED', request, record)
    case 'range-not-satisfiable': {
      const headers = ['accept-ranges', 'bytes']
      const { sizeBytes } = result
      if (sizeBytes !== undefined) headers.push('content-range', formatUnsatisfied(sizeBytes))
      return errorReply('RANGE_NOT_SATISFIABLE', request, record, { headers })
    }
    case 'not-found':
      if (result.refusal !== undefined) options.onRefused('OBJECT_NOT_FOUND', result.refusal)
      return errorReply('OBJECT_NOT_FOUND', request, record)
    case 'denied':
      if (result.refusal === undefined) options.onDenied()
      else options.onRefused('OBJECT_DENIED', result.refusal)
      return errorReply('OBJECT_DENIED', request, record)
    default:
      return result satisfies never
  }
}

/** Does the work of `if-range`, which S3 lacks: asks for the range with a precondition, else for the whole object. */
function openWithIfRange(
  source: ObjectOpener,
  { method, signal }: ProxyRequest,
  record: RequestRecord,
  key: ObjectKey,
  { conditions, ifRange }: Extract<ConditionsResult, { kind: 'conditions' }>,
  now: () => number,
  sharer: Sharer,
): Promise<ObjectResult> {
  const open: Open = (effective) =>
    source.open(
      { method: method === 'HEAD' ? 'HEAD' : 'GET', key, conditions: effective, signal, sharer },
      record,
    )
  if (conditions.range === undefined || ifRange === undefined) return open(conditions)
  const guarded = withIfRange(conditions, ifRange, now)
  if (guarded === undefined) return open(withoutRange(conditions))
  return openRange(open, guarded, conditions)
}

type Open = (conditions: Conditions) => Promise<ObjectResult>

/** Asks for the range. @param guarded the conditions with the precondition */
async function openRange(open: Open, guarded: Conditions, conditions: Conditions): Promise<ObjectResult> {
  const result = await open(guarded)
  if (result.kind === 'precondition-failed') return open(withoutRange(conditions))
  if (result.kind === 'range-not-satisfiable') {
    // Some stores check the range before the version, and the range may lie outside a newer, shorter one.
    const whole = await open(withoutRange(conditions))
    if (whole.kind !== 'found' || !isVersion(whole, guarded)) return whole
    whole.body.cancel()
    return result
  }
  if (result.kind !== 'found' || result.status !== 206 || isVersion(result, guarded)) return result
  result.body.cancel()
  return open(withoutRange(conditions))
}

/**
 * Tells whether an answer has the very version that `if-range` names (RFC 9110 section 13.1.5). Some stores ignore
 * `If-Match`. `If-Unmodified-Since` also lets an older version pass, which is back after a newer one was deleted.
 */
function isVersion(found: Extract<ObjectResult, { kind: 'found' }>, guarded: Conditions): boolean {
  const { 'if-match': etag, 'if-unmodified-since': date } = guarded
  if (etag !== undefined) return found.etag === etag
  return date === undefined || found.lastModified === date
}
