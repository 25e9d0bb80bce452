import type { S3ProxyError } from '../errors.ts'
import { createRecentCache } from '../session/recent-cache.ts'
import type { Session } from '../session/session.ts'
import type { OpenSession, Sessions } from '../session/sessions.ts'
import type { Granted, SsoClient } from '../sso/sso-client.ts'
import { isUnavailable } from '../store/is-unavailable.ts'

export interface SessionCheckOptions {
  sessions: Pick<Sessions, 'update' | 'swap' | 'again'>
  sso: Pick<SsoClient, 'check'>
  tokenCheckIntervalMs: number
  now(): number
  /** Milliseconds of a clock that never jumps. */
  elapsedMs(): number
  /** Called when the store takes no note of a check, which this process then remembers. */
  onUnnoted?(error: S3ProxyError): void
}

/** The most checks that are remembered here because the store refused them. */
const unnotedChecks = 20_000

/** The session as it is after a check; `undefined` where it has ended. `rejected`: the SSO does not take its token. */
export type Checked = OpenSession | 'rejected' | undefined

/** A question to the SSO under way, and the note that the store takes of the answer. */
export interface CheckUnderWay {
  /** Settles when the SSO has answered or failed. */
  answered: Promise<unknown>
  /** Settles when the store has the note. */
  checked: Promise<Checked>
}

/** Asks the SSO whether it stands by the tokens of sessions. */
export interface SessionChecks {
  /** Tells whether the last answer is younger than the interval. @param nowMs milliseconds since 1970 */
  isTrusted(open: OpenSession, nowMs: number): boolean
  /** Asks the SSO. Both promises reject with S3ProxyError when it fails. */
  ask(open: OpenSession): CheckUnderWay
}

/**
 * A store that takes no note ends no session: this process then trusts the token for the interval. With an interval of 0
 * nothing is noted: what the SSO says counts for the requests that asked, and the next one asks again.
 */
export function createSessionChecks(options: SessionCheckOptions): SessionChecks {
  const { sessions, tokenCheckIntervalMs } = options
  /** The times until which tokens are trusted, by the names of sessions whose check the store refused. */
  const trusted = createRecentCache<number>(unnotedChecks)

  async function conclude(open: OpenSession, granted: Granted): Promise<Checked> {
    if (granted.kind === 'rejected') {
      trusted.set(open.name, 0)
      return 'rejected'
    }
    const session: Session = { ...open.session, ...granted.grant, verifiedAt: options.now() }
    if (tokenCheckIntervalMs === 0) return { ...open, session }
    try {
      return await note(open, session)
    } catch (error) {
      if (!isUnavailable(error)) throw error
      options.onUnnoted?.(error)
      trusted.set(open.name, options.elapsedMs() + tokenCheckIntervalMs)
      return { ...open, session }
    }
  }

  /** Writes no old refresh token over a new one: where somebody else has changed the session, that is the one. */
  async function note(open: OpenSession, session: Session): Promise<OpenSession | undefined> {
    if (session.refreshToken !== undefined)
      return (await sessions.swap(open, session)) ?? sessions.again(open)
    await sessions.update({ ...open, session })
    return { ...open, session }
  }

  return {
    isTrusted({ session, name }, nowMs) {
      const ageMs = nowMs - session.verifiedAt
      if (ageMs >= 0 && ageMs < tokenCheckIntervalMs) return true
      return options.elapsedMs() < (trusted.get(name) ?? 0)
    },
    ask(open) {
      const answered = options.sso.check(open.session)
      return { answered, checked: answered.then((granted) => conclude(open, granted)) }
    },
  }
}
