import { type ErrorCode, S3ProxyError } from '../errors.ts'
import { createRecentCache } from '../session/recent-cache.ts'

/** The time for which an SSO that failed is not asked again, and how it failed. */
export interface Pause {
  failure: S3ProxyError
  untilMs: number
}

/** Remembers failures of one kind of call to the SSO. */
export interface Pacing {
  /** Tells whether a call with this subject for this person would be too early. */
  isPaused(subject: string, personId: string | undefined): boolean
  /** @throws S3ProxyError the last failure, where a call would be too early */
  rest(subject: string, personId: string | undefined): void
  failed(failure: S3ProxyError, subject: string, personId: string | undefined): void
  worked(): void
}

const defaultPauseMs = 1000
const maxPauseMs = 60_000
/** The most failures that are remembered, of persons and of subjects each. */
const rememberedFailures = 1000

/**
 * A contradictory answer is remembered for its subject: a token, or a session. An SSO that is busy, away or silent is
 * remembered for the person, and for everybody once two persons in a row have met it: limits are often set for each
 * person, and one who has used theirs up must not keep others out.
 *
 * @param elapsedMs a clock that never jumps
 */
export function createPacing(elapsedMs: () => number): Pacing {
  const bySubject = createRecentCache<Pause>(rememberedFailures)
  const byPerson = createRecentCache<Pause>(rememberedFailures)
  let everybody: Pause | undefined
  /** The person who met a failure of the SSO last, with nobody in between for whom it worked. */
  let lastId: string | undefined

  function pauseFor(subject: string, personId: string | undefined): Pause | undefined {
    const pauses = [
      everybody,
      personId === undefined ? undefined : byPerson.get(personId),
      bySubject.get(subject),
    ]
    return pauses.find((pause) => pause !== undefined && pause.untilMs > elapsedMs())
  }

  return {
    isPaused: (subject, personId) => pauseFor(subject, personId) !== undefined,
    rest: (subject, personId) => restDuring(pauseFor(subject, personId), elapsedMs()),
    failed(failure, subject, personId) {
      const pause = pauseAfter(failure, elapsedMs())
      bySubject.set(subject, pause)
      if (personId === undefined || !ofSso.has(failure.code)) return
      byPerson.set(personId, pause)
      if (lastId !== undefined && lastId !== personId) everybody = pause
      lastId = personId
    },
    worked() {
      lastId = undefined
    },
  }
}

/** Failures that say more of the SSO than of the token. */
const ofSso = new Set<ErrorCode>(['SSO_BUSY', 'SSO_UNAVAILABLE', 'SSO_TIMEOUT'])

/** The pause lasts for as long as the `retry-after` of the SSO says, at most a minute, else for a second. */
export function pauseAfter(failure: S3ProxyError, nowMs: number): Pause {
  const { retryAfterSeconds } = failure
  const pauseMs = retryAfterSeconds === undefined ? defaultPauseMs : retryAfterSeconds * 1000
  return { failure, untilMs: nowMs + Math.min(pauseMs, maxPauseMs) }
}

/** @throws S3ProxyError the failure, while the pause lasts */
export function restDuring(pause: Pause | undefined, nowMs: number): void {
  if (pause === undefined || pause.untilMs <= nowMs) return
  const { code, message, retryAfterSeconds } = pause.failure
  const leftSeconds = Math.ceil((pause.untilMs - nowMs) / 1000)
  throw new S3ProxyError(code, `${message}; it is not asked again for ${leftSeconds} s`, {
    retryAfterSeconds: retryAfterSeconds === undefined ? undefined : leftSeconds,
  })
}
