import type { DecisionGround } from '../access/decision.ts'
import { clientLeft, codeOf } from '../errors.ts'
import type { BodyWatch, WatchedSession } from '../http/body-watch.ts'
import type { ByteRange } from '../http/content-range.ts'
import type { Person } from '../person/person.ts'
import type { BearerOutcome } from './bearer-outcome.ts'
import type { LoginStep } from './login-step.ts'
import type { RouteKind } from './route-kind.ts'

/** The things that a request waits for. */
export type PhaseName = 'sessionMs' | 'ssoMs' | 'limitMs' | 's3Ms'

/** One wait of a request. Times are those of `performance.now()`. */
export interface Phase {
  name: PhaseName
  startedAtMs: number
  endedAtMs: number
}

/** Reasons why s3proxy resets a connection before everything was sent. */
export type ResetReason = 'SEND_TIMEOUT' | 'SESSION_ENDED' | 'SHUTTING_DOWN'

/** The ends of an answer. `aborted` by the client; `cut` by S3 or s3proxy; `revoked`: cut because the session ended. */
export const bodyOutcomes = ['complete', 'aborted', 'cut', 'revoked'] as const
export type Outcome = (typeof bodyOutcomes)[number]

/** A store that is closed after the last request that uses it. */
export interface UsedStore {
  /** Notes that a request no longer needs it. */
  release(): void
}

/** The place of a body among those that its person may have at once. */
export interface HeldPlace {
  /** Gives the place back. It may be called several times. */
  release(): void
}

/**
 * Everything that is known of one request.
 *
 * It is made when the request comes and goes down with it. Each room writes what it learns; log, audit, metrics and
 * traces read it when the request is over. Times are those of `performance.now()`.
 */
export class RequestRecord {
  readonly method: string
  readonly startedAtMs: number
  requestId = ''
  /** The path, percent-encoded, without the query. */
  path = ''
  /** The header as the client sent it. @see https://www.w3.org/TR/trace-context/ */
  traceparent: string | undefined = undefined
  route: RouteKind = 'invalid'
  /** Name of the mount that the object is in; `undefined` where the configuration has no mounts. */
  mount: string | undefined = undefined
  /** The decoded key, where the path names an object. */
  key: string | undefined = undefined
  person: Person | undefined = undefined
  /** Name of the person in every line; written when the request is over. */
  who: string | undefined = undefined
  /** Number of sessions that the request has ended, where it was for that. */
  endedSessions: number | undefined = undefined
  /** The person's session, where the person was found by one. */
  session: WatchedSession | undefined = undefined
  /** The watch over that session while the body is sent. */
  bodyWatch: BodyWatch | undefined = undefined
  /** The store that the request may need until it is over. */
  store: UsedStore | undefined = undefined
  /** The place of the body, where there is a limit; given back when the request is over. */
  place: HeldPlace | undefined = undefined
  login: LoginStep | undefined = undefined
  /** The outcome of the check of the bearer token; `undefined` without one. */
  bearer: BearerOutcome | undefined = undefined
  /** The reason of the decision about access; `undefined` where none was made, or nothing about access is configured. */
  ground: DecisionGround | undefined = undefined
  /** Name of the rule that settled the decision. */
  rule: string | undefined = undefined
  sessionMs: number | undefined = undefined
  ssoMs: number | undefined = undefined
  /** Time of the wait for a place among the person's downloads. */
  limitMs: number | undefined = undefined
  /** Time until the head of S3's answer. */
  s3Ms: number | undefined = undefined
  /** The waits with their times, only where a watcher needs them. */
  phases: Phase[] | undefined = undefined
  /** S3's own id of its answer. */
  s3RequestId: string | undefined = undefined
  /** Size of the body that S3 gives; `undefined` where S3 does not tell it. */
  sizeBytes: number | undefined = undefined
  etag: string | undefined = undefined
  /** The range of the answer; `undefined` for a whole object. */
  range: ByteRange | undefined = undefined
  versionId: string | undefined = undefined
  /** Number of times that S3 broke off and was asked for the rest. */
  healed = 0
  /** Bytes that S3 had to send twice. */
  askedTwiceBytes = 0
  /** Number of parts that were fetched ahead over further connections. */
  parts = 0
  /** Time when the head of the answer was written; `undefined` before that. */
  headAtMs: number | undefined = undefined
  status: number = clientLeft.status
  /** Code of the error that was answered; when the request is over, code of what ended the answer. */
  code: string | undefined = undefined
  /** Bytes of the body that the network took. */
  bytes = 0
  outcome: Outcome = 'aborted'
  /** The failure that cut the body. */
  cutCause: unknown = undefined
  resetReason: ResetReason | undefined = undefined
  endedAtMs = 0
  traceId: string | undefined = undefined

  constructor(method = '', startedAtMs = performance.now()) {
    this.method = method
    this.startedAtMs = startedAtMs
  }

  /** Waits for work, and adds its duration to one of the durations. */
  async timed<T>(name: PhaseName, work: T | Promise<T>): Promise<T> {
    const startedAtMs = performance.now()
    try {
      return await work
    } finally {
      this.waited(name, startedAtMs)
    }
  }

  /** Adds the time since `startedAtMs` to one of the durations. */
  waited(name: PhaseName, startedAtMs: number): void {
    const endedAtMs = performance.now()
    this[name] = roundMs((this[name] ?? 0) + endedAtMs - startedAtMs)
    this.phases?.push({ name, startedAtMs, endedAtMs })
  }

  /** Notes that the request is over, and sets its final code. */
  end(nowMs: number): void {
    this.endedAtMs = nowMs
    if (this.resetReason !== undefined && this.outcome !== 'complete') {
      this.outcome = this.resetReason === 'SESSION_ENDED' ? 'revoked' : 'cut'
      this.code = this.resetReason
    } else if (this.headAtMs === undefined) this.code = clientLeft.code
    else if (this.outcome === 'cut') this.code = codeOf(this.cutCause, 'INTERNAL')
  }
}

/** Rounds to microseconds. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
