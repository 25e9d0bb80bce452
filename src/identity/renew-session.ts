import { S3ProxyError } from '../errors.ts'
import type { GiveBack, RenewalLeases } from '../session/renewal-leases.ts'
import type { Grant, Session } from '../session/session.ts'
import type { OpenSession, Sessions } from '../session/sessions.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import { unlessUnavailable } from '../store/is-unavailable.ts'
import type { RefreshCounts } from '../telemetry/request-tally.ts'
import { createRenewalWrites, isRenewed } from './renewal-writes.ts'

export interface SessionRenewalOptions {
  sessions: Pick<Sessions, 'again' | 'swap' | 'deleteUnchanged'>
  leases: RenewalLeases
  sso: Pick<SsoClient, 'renew'>
  now(): number
  /** Milliseconds of a clock that never jumps. */
  elapsedMs(): number
  /** Resolves after a time that holds no process alive. */
  pause(ms: number): Promise<void>
  /** Called when the store takes no note of a renewal, which this process then writes again. */
  onUnnoted?(error: S3ProxyError): void
  /** Called once for each call to the SSO. */
  onRenewal?(outcome: RenewalOutcome): void
}

export type RenewalOutcome = keyof RefreshCounts

/** `renewed`: by this call. `found`: somebody else has renewed it. `undefined`: the session has ended. */
export type Renewed = { kind: 'renewed' | 'found'; open: OpenSession } | undefined

/** Waits between two looks whether another instance is done. */
const firstWaitMs = 50
const longestWaitMs = 400
/** The time that a killed instance's lease may be late to end. */
const lateMs = 2000

/**
 * Uses the refresh token of a session once, whatever number of instances want to. The one that has the lease asks the
 * SSO, and writes the new tokens only where nobody else has. The others read the session until it has changed, or until
 * the lease is free.
 *
 * It throws S3ProxyError when the SSO fails or the store is away. A session whose refresh token the SSO does not take has
 * ended, unless somebody else has changed it meanwhile.
 *
 * @see RFC 6749 section 6, docs/decisions/020-refresh.md
 */
export function createSessionRenewal(
  options: SessionRenewalOptions,
): (open: OpenSession) => Promise<Renewed> {
  const { sessions, leases, sso, elapsedMs } = options
  const writes = createRenewalWrites(options)

  async function renewInTurn(open: OpenSession): Promise<Renewed> {
    const endsAtMs = elapsedMs() + leases.leaseMs + lateMs
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      const giveBack = await leases.take(open.name)
      if (giveBack !== undefined) return renewWithLease(open, giveBack)
      if (elapsedMs() > endsAtMs) throw heldUp(leases.leaseMs)
      await options.pause(waitMs)
      const current = await sessions.again(open)
      if (current === undefined || isRenewed(current.session, open.session)) return found(current)
    }
  }

  async function renewWithLease(open: OpenSession, giveBack: GiveBack): Promise<Renewed> {
    let current: OpenSession | undefined
    let grant: Grant | undefined
    try {
      current = await sessions.again(open)
      if (current === undefined || isRenewed(current.session, open.session)) return found(current)
      // After a long outage the lease is over that kept others from the spent token.
      const late = await writes.writeKept(current)
      if (late !== undefined) return found(late.open)
      grant = await ask(current.session)
      if (grant === undefined) return await endUnchanged(current)
    } finally {
      // A lease that cannot be given back ends by itself.
      if (grant === undefined) await giveBack().catch(unlessUnavailable)
    }
    // The store may be away now. As long as it does not have the new tokens, the lease keeps others from a spent one.
    return writes.write(current, grant, giveBack)
  }

  async function ask(session: Session): Promise<Grant | undefined> {
    try {
      const granted = await sso.renew(session)
      options.onRenewal?.(granted.kind === 'known' ? 'renewed' : 'rejected')
      return granted.kind === 'known' ? granted.grant : undefined
    } catch (error) {
      options.onRenewal?.('failed')
      throw error
    }
  }

  /** Ends a session whose refresh token is no use, unless somebody who was faster has put another one into it. */
  async function endUnchanged(refused: OpenSession): Promise<Renewed> {
    await sessions.deleteUnchanged(refused)
    const current = await sessions.again(refused)
    if (current === undefined || isRenewed(current.session, refused.session)) return found(current)
    // The note of a check came in between.
    return endUnchanged(current)
  }

  return async (open) => {
    const own = writes.unwritten(open)
    return own === undefined ? renewInTurn(open) : { kind: 'found', open: own }
  }
}

function found(open: OpenSession | undefined): Renewed {
  return open && { kind: 'found', open }
}

function heldUp(leaseMs: number): S3ProxyError {
  return new S3ProxyError(
    'SSO_TIMEOUT',
    `other instances renew a session, one after the other, and none is done after ${leaseMs} ms (sso.timeoutMs)`,
  )
}
