import type { IncomingHttpHeaders } from 'node:http'
import { type Answer, type AnswerContext, commonHeaders, emptyAnswer, errorAnswer } from './answer.ts'
import type { HeldObject } from './object-store.ts'
import { checkPreconditions } from './preconditions.ts'
import { parseRange } from './range.ts'
import { s3Error } from './s3-error.ts'

/** The answer of S3 to a GET of an object that exists; HEAD is the same with the body kept back. */
export function answerObject(
  object: HeldObject,
  headers: IncomingHttpHeaders,
  query: [name: string, value: string][],
  context: AnswerContext,
): Answer {
  const outcome = checkPreconditions(headers, object)
  if (outcome.kind === 'failed') {
    const details = { Condition: outcome.condition }
    return errorAnswer(s3Error('PreconditionFailed', { details }), context)
  }
  if (outcome.kind === 'not-modified') return emptyAnswer(304, notModifiedHeaders(object, context))

  const range = parseRange(headers.range, object.sizeBytes)
  if (range.kind === 'unsatisfiable') {
    const details = { RangeRequested: headers.range ?? '', ActualObjectSize: String(object.sizeBytes) }
    return errorAnswer(s3Error('InvalidRange', { details }), context)
  }
  const [start, end] = range.kind === 'part' ? [range.start, range.end] : [0, object.sizeBytes]
  const answer: Answer = {
    status: range.kind === 'part' ? 206 : 200,
    headers: objectHeaders(object, { ...checksums(object, headers), ...overrides(query) }, context),
    body: object.body,
    start,
    end,
  }
  if (range.kind === 'part') {
    answer.headers.push(['content-range', `bytes ${start}-${end - 1}/${object.sizeBytes}`])
  }
  answer.headers.push(['content-length', String(end - start)])
  return answer
}

function objectHeaders(
  object: HeldObject,
  overridden: Record<string, string>,
  context: AnswerContext,
): [string, string][] {
  const stored = { 'content-type': object.contentType, ...withoutChecksums(object.headers), ...overridden }
  return [
    ...commonHeaders(context),
    ['last-modified', object.lastModified.toUTCString()],
    ...(object.etag === null ? [] : [['etag', object.etag] as [string, string]]),
    ['x-amz-server-side-encryption', 'AES256'],
    ['accept-ranges', 'bytes'],
    ...versionHeader(object),
    ...Object.entries(stored),
  ]
}

function notModifiedHeaders(object: HeldObject, context: AnswerContext): [string, string][] {
  const kept = Object.entries(object.headers).filter(([name]) =>
    ['cache-control', 'expires', 'x-amz-version-id'].includes(name.toLowerCase()),
  )
  return [
    ...commonHeaders(context),
    ['last-modified', object.lastModified.toUTCString()],
    ...(object.etag === null ? [] : [['etag', object.etag] as [string, string]]),
    ...versionHeader(object),
    ...kept,
  ]
}

function versionHeader({ versionId }: HeldObject): [string, string][] {
  return versionId === undefined ? [] : [['x-amz-version-id', versionId]]
}

/** S3 tells a checksum on demand only, and none of the full object with a range. */
function checksums(object: HeldObject, headers: IncomingHttpHeaders): Record<string, string> {
  if (headers['x-amz-checksum-mode'] !== 'ENABLED' || headers.range !== undefined) return {}
  return Object.fromEntries(Object.entries(object.headers).filter(isChecksum))
}

function withoutChecksums(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter((header) => !isChecksum(header)))
}

function isChecksum([name]: [name: string, value: string]): boolean {
  return name.startsWith('x-amz-checksum-')
}

// `response-content-type` and its like: a proxy that lets its client's query through gives itself away here.
function overrides(query: [name: string, value: string][]): Record<string, string> {
  const names = ['type', 'language', 'disposition', 'encoding'].map((name) => `content-${name}`)
  const allowed = [...names, 'cache-control', 'expires'].map((name) => `response-${name}`)
  return Object.fromEntries(
    query
      .filter(([name]) => allowed.includes(name))
      .map(([name, value]) => [name.slice('response-'.length), value]),
  )
}
