import type { FaultKind, Place } from './faults/fault-kind.ts'
import type { Version } from './library.ts'
import type { RawAnswer } from './raw-client.ts'

/** One request, and what is right as an answer to it when nothing is wrong. */
export interface Question {
  method: string
  target: string
  headers: Record<string, string>
  /** Whether the request carries a session that should be good. */
  isSignedIn: boolean
  statuses: number[]
  /** Whether a rule denies it, so that not even its existence may show. */
  isDenied?: boolean
  /** The places that the answer depends on. */
  touches: ReadonlySet<Place>
  /** The object that the body of a 200 or 206 belongs to. */
  object?: {
    versions: readonly [Version, ...Version[]]
    /** The range that was asked for, without its end; `undefined` for all of it. */
    range?: (version: Version) => { firstByte: number; endByte: number }
  }
  /** The whole text of a 200. */
  text?: string
}

export interface Observation {
  question: Question
  answer: RawAnswer
  /** Versions of the object that agree with every byte of the body that came. */
  possible?: readonly Version[]
  /** Whether the first token of the session may be over. */
  isTokenOver?: boolean
}

/** The result of a request, for the count. */
export type Outcome = 'right' | 'honest' | 'cut' | 'broken' | 'left'

export type Verdict = { outcome: Outcome } | { wrong: string }

/**
 * A right answer is authenticated and byte-exact, or has a status that fits the fault in force, or is a cut that the
 * client sees. Every other answer is wrong.
 */
export function judge(observation: Observation, fault: FaultKind): Verdict {
  const { question, answer } = observation
  const { status, ending } = answer
  const suffers = question.touches.has(fault.at)
  if (status === 500) return { wrong: '500' }
  if (ending === 'extra') return { wrong: 'bytes behind the end of the answer' }
  if (status === 0) {
    if (fault.mayBreak) return { outcome: 'broken' }
    if (ending === 'hung') return { wrong: `no answer within ${Math.round(answer.totalMs)} ms` }
    return { wrong: `the connection ended (${ending}) without an answer` }
  }
  const isRight = question.statuses.includes(status) || isOfOtherVersion(question, status, fault)
  const isUnsaid =
    fault.cutsErrors === true &&
    (status === 502 || status === 504) &&
    question.statuses.some((right) => right >= 400)
  if (question.isDenied && [200, 206, 304, 404, 412, 416].includes(status))
    return { wrong: `somebody saw what a rule denies (${status})` }
  const fitting = observation.isTokenOver
    ? [...fault.statuses, ...(fault.statusesAfterToken ?? [])]
    : fault.statuses
  if (!isRight && !(suffers && (fitting.includes(status) || isUnsaid))) return { wrong: `status ${status}` }
  const wrongHead = checkHead(answer, fault)
  if (wrongHead !== undefined) return { wrong: wrongHead }
  const isStored = isRight && (status === 200 || status === 206)
  const isObject = isStored && question.object !== undefined
  const wrongBody = isObject
    ? checkObject(observation, fault)
    : checkText(observation, suffers ? fault : undefined)
  if (wrongBody !== undefined) return { wrong: wrongBody }
  if (ending === 'complete') return { outcome: isRight ? 'right' : 'honest' }
  if (ending === 'left') return { outcome: 'left' }
  if (fault.mayBreak) return { outcome: 'broken' }
  if (ending === 'hung') return { wrong: 'a body that neither goes on nor ends' }
  if (!isObject && !(isStored && question.text !== undefined))
    return { wrong: `an answer of ours that was cut (${ending})` }
  if (!suffers || !fault.mayCut)
    return { wrong: `a body that was cut (${ending}) after ${answer.bodyBytes} bytes` }
  // Most clients would take this for the end.
  if (ending === 'fin')
    return { wrong: `a short body that ends as if it were whole, after ${answer.bodyBytes} bytes` }
  return { outcome: 'cut' }
}

/** While objects are replaced, a precondition may hold or not. */
function isOfOtherVersion({ object }: Question, status: number, fault: FaultKind): boolean {
  return fault.replacesObjects === true && object !== undefined && [200, 304, 412].includes(status)
}

function checkHead({ status, headers }: RawAnswer, fault: FaultKind): string | undefined {
  if (!headers.has('x-request-id')) return 'no x-request-id'
  if (headers.get('x-content-type-options') !== 'nosniff') return 'no nosniff'
  if (headers.has('transfer-encoding') && !fault.hidesLengths) return 'no content-length'
  if (status === 503 && !headers.has('retry-after')) return '503 without retry-after'
  if (status >= 400 && headers.get('cache-control') !== 'no-store') return 'an error that may be kept'
  for (const name of headers.keys())
    if (/^x-amz-(?!version-id)|^server$|^x-powered-by$/.test(name)) return `a header of S3: ${name}`
  return undefined
}

function checkObject(observation: Observation, fault: FaultKind): string | undefined {
  const { question, answer } = observation
  const { headers } = answer
  const isHead = question.method === 'HEAD'
  if (!question.isSignedIn) return 'an object without a session'
  const etag = headers.get('etag')
  const possible = (observation.possible ?? []).filter((version) => {
    if (!fault.altersHeaders && etag !== version.etag) return false
    const { firstByte, endByte } = question.object?.range?.(version) ?? {
      firstByte: 0,
      endByte: version.sizeBytes,
    }
    const length = endByte - firstByte
    const told = Number(headers.get('content-length'))
    if (answer.status === 206 && headers.get('content-range') !== contentRange(firstByte, endByte, version))
      return false
    const isUntold = fault.hidesLengths === true && !headers.has('content-length')
    if (told === length || isUntold)
      return isHead || answer.ending !== 'complete' || answer.bodyBytes === length
    if (!fault.altersHeaders) return false
    // The proxy can notice a length of S3 that is too large, and none that is too small.
    return told < length ? fault.shortensObjects === true : isHead || answer.ending !== 'complete'
  })
  if (possible.length > 0) return undefined
  return `an object that is no version of it: etag ${etag}, ${headers.get('content-length')} bytes promised, ${answer.bodyBytes} came`
}

function contentRange(firstByte: number, endByte: number, { sizeBytes }: Version): string {
  return `bytes ${firstByte}-${endByte - 1}/${sizeBytes}`
}

/** Text that can only come from S3, the SSO or Redis. */
const foreign = /stand-in|<Error>|<h1>\d|InvalidAccessKeyId|NoSuchBucket|AKIA|invalid_grant|NOAUTH/

function checkText({ question, answer }: Observation, fault: FaultKind | undefined): string | undefined {
  const { status, text, headers, setCookies } = answer
  if (question.text !== undefined && status === 200 && text !== question.text) {
    const mayBeShort = answer.ending !== 'complete' || fault?.shortensObjects
    if (!mayBeShort || !question.text.startsWith(text)) return `another text: ${text.slice(0, 100)}`
  }
  if (status >= 400 && foreign.test(text)) return `foreign words on an error: ${text.slice(0, 200)}`
  const isOver = answer.ending === 'complete'
  if (
    isOver &&
    status >= 400 &&
    question.method !== 'HEAD' &&
    !text.includes(headers.get('x-request-id') ?? '')
  ) {
    return 'an error without its request id'
  }
  const session = setCookies.find((cookie) => /^s3proxy_session=[^;]/.test(cookie))
  if (session !== undefined && !question.target.startsWith('/__redirect_from_sso'))
    return 'a session out of nowhere'
  return undefined
}
