import { S3ProxyError } from '../errors.ts'
import { createRecentCache } from '../session/recent-cache.ts'
import type { Session } from '../session/session.ts'
import type { OpenSession, Sessions } from '../session/sessions.ts'
import type { Granted, SsoClient } from '../sso/sso-client.ts'

export interface SessionCheckOptions {
  sessions: Sessions
  sso: SsoClient
  tokenCheckIntervalMs: number
  now(): number
  /** Milliseconds of a clock that never jumps. */
  elapsedMs(): number
  /** Called when the store takes no note of a check, which this process then remembers. */
  onUnnoted?(error: S3ProxyError): void
}

/** The most checks that are remembered here because the store refused them. */
const unnotedChecks = 20_000

/** A question to the SSO under way, and the note that the store takes of the answer. */
export interface CheckUnderWay {
  /** Settles when the SSO has answered or failed. */
  answered: Promise<unknown>
  /** Whether the session may go on. Settles when the store has the note; a session that the SSO rejects is deleted. */
  isValid: Promise<boolean>
}

/** @returns `true` for a session that is trusted without a question */
export type SessionCheck = (open: OpenSession) => true | CheckUnderWay

/**
 * Asks the SSO about a session's token when the last answer is older than the interval. This process asks once for all
 * requests of a session that come meanwhile.
 *
 * The check throws S3ProxyError when the SSO fails. A store that takes no note ends no session: this process then trusts
 * the token for the interval.
 */
export function createSessionCheck(options: SessionCheckOptions): SessionCheck {
  const underWay = new Map<string, CheckUnderWay>()

  /** The times until which tokens are trusted, by the secrets of sessions whose check the store refused. */
  const trusted = createRecentCache<number>(unnotedChecks)

  function ask(open: OpenSession): CheckUnderWay {
    const { session, secret } = open
    const answered = options.sso.check(session)
    const isValid = answered.then((granted) => conclude(open, granted)).finally(() => underWay.delete(secret))
    // A failure goes to the callers that wait for the answer.
    isValid.catch(() => {})
    return { answered, isValid }
  }

  async function conclude(open: OpenSession, granted: Granted): Promise<boolean> {
    const { session, secret } = open
    if (granted.kind === 'rejected') {
      trusted.set(secret, 0)
      // A store that takes no writes keeps a session that has ended. The SSO is asked about it again, and rejects it.
      await options.sessions.delete(secret).catch(unlessUnavailable)
      return false
    }
    const verified: Session = { ...session, ...granted.grant, verifiedAt: options.now() }
    if (options.tokenCheckIntervalMs > 0) await note({ ...open, session: verified })
    return true
  }

  async function note(verified: OpenSession): Promise<void> {
    try {
      await options.sessions.update(verified)
    } catch (error) {
      unlessUnavailable(error)
      trusted.set(verified.secret, options.elapsedMs() + options.tokenCheckIntervalMs)
    }
  }

  function unlessUnavailable(error: unknown): void {
    if (!(error instanceof S3ProxyError) || error.code !== 'SESSION_STORE_UNAVAILABLE') throw error
    options.onUnnoted?.(error)
  }

  return (open) => {
    const ageMs = options.now() - open.session.verifiedAt
    if (ageMs >= 0 && ageMs < options.tokenCheckIntervalMs) return true
    if (options.elapsedMs() < (trusted.get(open.secret) ?? 0)) return true
    let check = underWay.get(open.secret)
    if (check === undefined) {
      check = ask(open)
      underWay.set(open.secret, check)
    }
    return check
  }
}
