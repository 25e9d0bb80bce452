import { S3ProxyError } from '../errors.ts'
import type { OpenSession, Sessions } from '../session/sessions.ts'
import { createPacing } from '../sso/pacing.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import { isUnavailable } from '../store/is-unavailable.ts'
import { type Checked, createSessionChecks, type SessionCheckOptions } from './check-session.ts'
import { createSessionRenewal, type Renewed, type SessionRenewalOptions } from './renew-session.ts'
import { hasTokenEnded, isRenewed } from './renewal-writes.ts'

export interface SessionKeeperOptions extends SessionCheckOptions, SessionRenewalOptions {
  sessions: Sessions
  sso: Pick<SsoClient, 'check' | 'renew'>
  /** Called when a token could not be renewed ahead of its end, which no request notices. */
  onLateRenewal?(error: S3ProxyError): void
}

/** A session about which the SSO is being asked. */
export interface SessionUnderWay {
  /** Settles when the SSO has answered or failed. */
  answered: Promise<unknown>
  /** The session as it is now; `undefined` where it has ended. */
  kept: Promise<OpenSession | undefined>
}

/** @returns `true` for a session that is trusted without a question */
export type SessionKeeper = (open: OpenSession) => true | SessionUnderWay

/**
 * Keeps the session of a request that found it: checks its token when the last check is older than the interval, and
 * renews the token where there is a refresh token.
 *
 * Ahead of its end a token is renewed beside the requests, which go on with it; a failure disturbs none of them. After
 * its end they wait, and get S3ProxyError when the SSO fails. A token without a refresh token ends its session with it.
 */
export function createSessionKeeper(options: SessionKeeperOptions): SessionKeeper {
  const { sessions, now } = options
  const checks = createSessionChecks(options)
  const renew = createSessionRenewal(options)
  const pacing = createPacing(options.elapsedMs)
  const underWay = new Map<string, SessionUnderWay>()
  const renewals = new Map<string, Promise<OpenSession | undefined>>()

  function check(open: OpenSession, nowMs: number): true | SessionUnderWay {
    return checks.isTrusted(open, nowMs) || once(open, beginCheck)
  }

  function beginCheck(open: OpenSession): SessionUnderWay {
    const { answered, checked } = checks.ask(open)
    return { answered, kept: checked.then((outcome) => (outcome === 'rejected' ? rescue(open) : outcome)) }
  }

  /** Asks or ends once for all requests of a session in this process. */
  function once(open: OpenSession, begin: (open: OpenSession) => SessionUnderWay): SessionUnderWay {
    let one = underWay.get(open.name)
    if (one === undefined) {
      one = begin(open)
      underWay.set(open.name, one)
      const forget = () => underWay.delete(open.name)
      // A failure goes to the callers that wait for the answer.
      one.kept.then(forget, forget)
    }
    return one
  }

  /** The SSO may have replaced the token meanwhile, or know an earlier end than it told. */
  function rescue(open: OpenSession): Promise<OpenSession | undefined> {
    return open.session.refreshToken === undefined ? end(open) : renewOnce(open)
  }

  /** Renews once for all requests of a session in this process. */
  function renewOnce(open: OpenSession): Promise<OpenSession | undefined> {
    let renewal = renewals.get(open.name)
    if (renewal === undefined) {
      renewal = renewPaced(open).finally(() => renewals.delete(open.name))
      // A failure goes to the callers that wait.
      renewal.catch(() => {})
      renewals.set(open.name, renewal)
    }
    return renewal
  }

  async function renewPaced(open: OpenSession): Promise<OpenSession | undefined> {
    const personId = open.session.person.id
    pacing.rest(open.name, personId)
    try {
      const renewed = await renewToGood(open)
      pacing.worked()
      return renewed && (await checkRenewed(renewed))
    } catch (error) {
      // A store that was away is no reason to spare the SSO.
      if (error instanceof S3ProxyError && !isUnavailable(error)) pacing.failed(error, open.name, personId)
      throw error
    }
  }

  /** Renews once more where the token that somebody else has got is over again by now. */
  async function renewToGood(open: OpenSession): Promise<Renewed> {
    const renewed = await renew(open)
    if (renewed?.kind !== 'found') return renewed
    const { session } = renewed.open
    const isUseless = session.refreshToken !== undefined && hasTokenEnded(session, now())
    return isUseless ? renewToGood(renewed.open) : renewed
  }

  /** Asks what the SSO says of the person now, with the new token. */
  async function checkRenewed({ kind, open }: NonNullable<Renewed>): Promise<OpenSession | undefined> {
    if (kind === 'found' && checks.isTrusted(open, now())) return open
    let checked: Checked
    try {
      checked = await checks.ask(open).checked
    } catch (error) {
      if (error instanceof S3ProxyError && checks.isTrusted(open, now())) return open
      throw error
    }
    if (checked !== 'rejected') return checked
    // A token that was found good may have ended while the SSO was asked.
    if (kind === 'renewed' || !hasTokenEnded(open.session, now())) return endUnlessRenewed(open)
    const renewed = await renewToGood(open)
    return renewed && checkRenewed(renewed)
  }

  /** Where another instance has renewed the token once more, the SSO has rejected one that was already replaced. */
  async function endUnlessRenewed(open: OpenSession): Promise<OpenSession | undefined> {
    try {
      await sessions.deleteUnchanged(open)
      const current = await sessions.again(open)
      if (current !== undefined && isRenewed(current.session, open.session)) return current
    } catch (error) {
      return unlessAway(error)
    }
    return end(open)
  }

  async function end(open: OpenSession): Promise<undefined> {
    try {
      await sessions.delete(open)
    } catch (error) {
      return unlessAway(error)
    }
  }

  /** A store that takes no writes keeps a session that has ended. The SSO is asked about it again, and rejects it. */
  function unlessAway(error: unknown): undefined {
    if (!isUnavailable(error)) throw error
    options.onUnnoted?.(error)
  }

  function renewBeside(open: OpenSession): void {
    if (renewals.has(open.name) || pacing.isPaused(open.name, open.session.person.id)) return
    renewOnce(open).catch((error) => {
      if (!(error instanceof S3ProxyError)) throw error
      options.onLateRenewal?.(error)
    })
  }

  function keepBeyondCalm(open: OpenSession, nowMs: number): true | SessionUnderWay {
    const isOver = hasTokenEnded(open.session, nowMs)
    if (open.session.refreshToken === undefined)
      return isOver ? once(open, () => waitFor(end(open))) : check(open, nowMs)
    if (isOver) return waitFor(renewOnce(open))
    renewBeside(open)
    return check(open, nowMs)
  }

  return (open) => {
    const { renewAt, expiresAt } = open.session
    const nowMs = now()
    const isCalm = nowMs < (renewAt ?? expiresAt ?? Number.POSITIVE_INFINITY)
    return isCalm ? check(open, nowMs) : keepBeyondCalm(open, nowMs)
  }
}

function waitFor(kept: Promise<OpenSession | undefined>): SessionUnderWay {
  return { answered: kept, kept }
}
