import { type ErrorContext, errorReply } from '../http/error-reply.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import { type HeaderList, headerIn, type Reply } from '../http/reply.ts'
import type { Sharer } from '../s3/fair-shares.ts'
import { type ConditionsResult, readConditions, withIfRange, withoutRange } from './conditions.ts'
import type { ObjectKey } from './key.ts'
import { protectObjectHeaders } from './object-headers.ts'
import type { Conditions, ObjectOpener, ObjectResult, Refusal } from './object-source.ts'
import type { IsSandboxed } from './sandbox-rule.ts'

export interface ReadOptions {
  /** Where types that can run script are sandboxed. */
  isSandboxed: IsSandboxed
  /** The time, in milliseconds. */
  now(): number
  /** Called when S3 says AccessDenied. */
  onDenied(): void
  /** Called when S3 has another reason not to give an object. */
  onRefused(code: 'OBJECT_DENIED' | 'OBJECT_NOT_FOUND', refusal: Refusal): void
}

/**
 * Answers a GET or HEAD for one object.
 *
 * @param sharer whose share of the connections to S3 it takes from
 * @throws S3ProxyError when S3 has no regular answer
 */
export async function readObject(
  source: ObjectOpener,
  request: ProxyRequest,
  key: ObjectKey,
  options: ReadOptions,
  sharer?: Sharer,
): Promise<Reply> {
  const read = readConditions(request.header, options.now)
  if (read.kind === 'invalid') return errorReply('HEADER_INVALID', contextOf(request))
  const result = await openWithIfRange(source, request, key, read, options.now, sharer)
  const reply = replyTo(result, request, key, options)
  reply.s3RequestId = result.s3RequestId
  return reply
}

function replyTo(result: ObjectResult, request: ProxyRequest, key: ObjectKey, options: ReadOptions): Reply {
  const context = contextOf(request)
  switch (result.kind) {
    case 'found': {
      const headers = protectObjectHeaders(result.headers, options.isSandboxed(key))
      if (request.method === 'GET') return { status: result.status, headers, body: result.body }
      result.body.cancel()
      return { status: result.status, headers, body: null }
    }
    case 'not-modified':
      return { status: 304, headers: protectObjectHeaders(result.headers, false), body: null }
    case 'precondition-failed':
      return errorReply('PRECONDITION_FAILED', context)
    case 'range-not-satisfiable': {
      const headers = ['accept-ranges', 'bytes']
      if (result.contentRange !== undefined) headers.push('content-range', result.contentRange)
      return errorReply('RANGE_NOT_SATISFIABLE', { ...context, headers })
    }
    case 'not-found':
      if (result.refusal !== undefined) options.onRefused('OBJECT_NOT_FOUND', result.refusal)
      return errorReply('OBJECT_NOT_FOUND', context)
    case 'denied':
      if (result.refusal === undefined) options.onDenied()
      else options.onRefused('OBJECT_DENIED', result.refusal)
      return errorReply('OBJECT_DENIED', context)
    default:
      return result satisfies never
  }
}

function contextOf(request: ProxyRequest): ErrorContext {
  return { requestId: request.id, accept: request.header('accept') }
}

/** S3 has no `if-range`: the range with a precondition, and when that fails, the whole object. */
function openWithIfRange(
  source: ObjectOpener,
  { method, signal }: ProxyRequest,
  key: ObjectKey,
  { conditions, ifRange }: Extract<ConditionsResult, { kind: 'conditions' }>,
  now: () => number,
  sharer: Sharer,
): Promise<ObjectResult> {
  const open: Open = (effective) =>
    source.open({ method: method === 'HEAD' ? 'HEAD' : 'GET', key, conditions: effective, signal, sharer })
  if (conditions.range === undefined || ifRange === undefined) return open(conditions)
  const guarded = withIfRange(conditions, ifRange, now)
  if (guarded === undefined) return open(withoutRange(conditions))
  return openRange(open, guarded, conditions)
}

type Open = (conditions: Conditions) => Promise<ObjectResult>

/** @param guarded the conditions with the precondition */
async function openRange(open: Open, guarded: Conditions, conditions: Conditions): Promise<ObjectResult> {
  const result = await open(guarded)
  if (result.kind === 'precondition-failed') return open(withoutRange(conditions))
  if (result.kind === 'range-not-satisfiable') {
    // Not every store compares the version first: the range may lie outside a newer, shorter one.
    const whole = await open(withoutRange(conditions))
    if (whole.kind !== 'found' || !isVersion(whole.headers, guarded)) return whole
    whole.body.cancel()
    return result
  }
  if (result.kind !== 'found' || result.status !== 206 || isVersion(result.headers, guarded)) return result
  result.body.cancel()
  return open(withoutRange(conditions))
}

/**
 * Not every store heeds `If-Match`; and `If-Unmodified-Since` lets an older version pass, which is there again once a
 * newer one was deleted. `if-range` means the very version (RFC 9110 section 13.1.5).
 */
function isVersion(headers: HeaderList, guarded: Conditions): boolean {
  const { 'if-match': etag, 'if-unmodified-since': date } = guarded
  if (etag !== undefined) return headerIn(headers, 'etag') === etag
  return date === undefined || headerIn(headers, 'last-modified') === date
}
