import { type ErrorCode, S3ProxyError } from '../errors.ts'
import type { Person } from '../person/person.ts'
import { createRecentCache } from '../session/recent-cache.ts'
import type { SsoCalls } from './sso-calls.ts'

const defaultPauseMs = 1000
const maxPauseMs = 60_000
/** The most failures that are remembered, of persons and of tokens each. */
const rememberedFailures = 1000

interface Pause {
  failure: S3ProxyError
  untilMs: number
}

/**
 * Calls to an SSO that is not asked again for a moment after it failed: for as long as its `retry-after` says, at most
 * a minute, else for a second. Calls meanwhile fail in the same way.
 *
 * A contradictory answer is remembered for its token. An SSO that is busy, away or silent is remembered for the
 * person, and for everybody once two persons in a row have met it: limits are often set for each person, and one
 * who has used theirs up must not keep others out.
 *
 * @param elapsedMs a clock that never jumps
 */
export function createPacedCalls(calls: SsoCalls, elapsedMs: () => number): SsoCalls {
  const byToken = createRecentCache<Pause>(rememberedFailures)
  const byPerson = createRecentCache<Pause>(rememberedFailures)
  let everybody: Pause | undefined
  let codes: Pause | undefined
  /** The person who met a failure of the SSO last, with nobody in between for whom it worked. */
  let lastId: string | undefined

  function rest(...pauses: (Pause | undefined)[]): void {
    for (const pause of pauses) {
      const leftMs = pause === undefined ? 0 : pause.untilMs - elapsedMs()
      if (pause !== undefined && leftMs > 0) throw again(pause.failure, leftMs)
    }
  }

  function pauseOf(failure: S3ProxyError): Pause {
    const { retryAfterSeconds } = failure
    const pauseMs = retryAfterSeconds === undefined ? defaultPauseMs : retryAfterSeconds * 1000
    return { failure, untilMs: elapsedMs() + Math.min(pauseMs, maxPauseMs) }
  }

  function remember(failure: S3ProxyError, accessToken: string, person: Person | undefined): void {
    const pause = pauseOf(failure)
    byToken.set(accessToken, pause)
    const id = person?.id
    if (id === undefined || !ofSso.has(failure.code)) return
    byPerson.set(id, pause)
    if (lastId !== undefined && lastId !== id) everybody = pause
    lastId = id
  }

  return {
    async exchangeCode(login) {
      rest(codes)
      try {
        return await calls.exchangeCode(login)
      } catch (error) {
        if (error instanceof S3ProxyError && asksForPause(error)) codes = pauseOf(error)
        throw error
      }
    },
    refresh: (refreshToken) => calls.refresh(refreshToken),
    async identify(accessToken, person) {
      rest(
        everybody,
        person?.id === undefined ? undefined : byPerson.get(person.id),
        byToken.get(accessToken),
      )
      try {
        const identity = await calls.identify(accessToken, person)
        lastId = undefined
        return identity
      } catch (error) {
        if (error instanceof S3ProxyError) remember(error, accessToken, person)
        throw error
      }
    },
  }
}

/** Failures that say more of the SSO than of the token. */
const ofSso = new Set<ErrorCode>(['SSO_BUSY', 'SSO_UNAVAILABLE', 'SSO_TIMEOUT'])

/** A failed code is spent, and says nothing of the next one: other logins wait only where the SSO asks for it. */
function asksForPause({ code, retryAfterSeconds }: S3ProxyError): boolean {
  return code === 'SSO_BUSY' || retryAfterSeconds !== undefined
}

function again({ code, message, retryAfterSeconds }: S3ProxyError, leftMs: number): S3ProxyError {
  const leftSeconds = Math.ceil(leftMs / 1000)
  return new S3ProxyError(code, `${message}; it is not asked again for ${leftSeconds} s`, {
    retryAfterSeconds: retryAfterSeconds === undefined ? undefined : leftSeconds,
  })
}
