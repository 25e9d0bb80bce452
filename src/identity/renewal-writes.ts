import type { S3ProxyError } from '../errors.ts'
import type { GiveBack } from '../session/renewal-leases.ts'
import type { Grant, Session } from '../session/session.ts'
import type { OpenSession, Sessions } from '../session/sessions.ts'
import { isUnavailable, unlessUnavailable } from '../store/is-unavailable.ts'
import type { Renewed } from './renew-session.ts'

export interface RenewalWritesOptions {
  sessions: Pick<Sessions, 'again' | 'swap'>
  now(): number
  elapsedMs(): number
  pause(ms: number): Promise<void>
  onUnnoted?(error: S3ProxyError): void
}

/** New tokens on their way into the store. */
export interface RenewalWrites {
  /**
   * Writes new tokens where nobody else has written other ones. While the store takes no writes, this process keeps them
   * and goes on trying: the refresh token before may be spent.
   *
   * @param giveBack gives the lease back, once the store has the tokens
   */
  write(open: OpenSession, grant: Grant, giveBack: GiveBack): Promise<Renewed>
  /** @returns the renewed form of a session that the store has in its old form */
  unwritten(open: OpenSession): OpenSession | undefined
}

const firstWaitMs = 250
const longestWaitMs = 2000
/** Time after which the tokens are given up, and the person has to sign in again. */
const giveUpMs = 900_000

export function createRenewalWrites(options: RenewalWritesOptions): RenewalWrites {
  const { sessions, elapsedMs } = options
  /** Calls to the SSO that were under way when the store went away. Without a store no session begins another one. */
  const kept = new Map<string, { before: OpenSession; after: OpenSession }>()

  async function swapTokens(open: OpenSession, grant: Grant): Promise<Renewed> {
    for (let target = open; ; ) {
      const written = await sessions.swap(target, withTokens(target.session, grant))
      if (written !== undefined) return { kind: 'renewed', open: written }
      const current = await sessions.again(open)
      if (current === undefined) return undefined
      if (isRenewed(current.session, open.session)) return { kind: 'found', open: current }
      // The note of a check came in between.
      target = current
    }
  }

  async function writeAgain(open: OpenSession, grant: Grant, giveBack: GiveBack): Promise<void> {
    const endsAtMs = elapsedMs() + giveUpMs
    for (let waitMs = firstWaitMs; elapsedMs() < endsAtMs; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      await options.pause(waitMs)
      try {
        await swapTokens(open, grant)
        await giveBack()
        break
      } catch (error) {
        if (!isUnavailable(error)) throw error
      }
    }
    kept.delete(open.name)
  }

  return {
    async write(open, grant, giveBack) {
      let renewed: Renewed
      try {
        renewed = await swapTokens(open, grant)
      } catch (error) {
        if (!isUnavailable(error)) throw error
        options.onUnnoted?.(error)
        const after = { ...open, session: withTokens(open.session, grant) }
        kept.set(open.name, { before: open, after })
        void writeAgain(open, grant, giveBack)
        return { kind: 'renewed', open: after }
      }
      // A lease that cannot be given back ends by itself.
      await giveBack().catch(unlessUnavailable)
      return renewed
    },
    unwritten(open) {
      const own = kept.get(open.name)
      if (own === undefined || isRenewed(open.session, own.before.session)) return undefined
      const { expiresAt } = own.after.session
      return expiresAt !== undefined && expiresAt <= options.now() ? undefined : own.after
    },
  }
}

/** Whether a session has other tokens than it had before. */
export function isRenewed(current: Session, before: Session): boolean {
  return (
    current.refreshToken !== before.refreshToken ||
    current.accessToken !== before.accessToken ||
    current.expiresAt !== before.expiresAt
  )
}

function withTokens(session: Session, grant: Grant): Session {
  const { createdAt, verifiedAt } = session
  return { ...session, ...grant, createdAt, verifiedAt }
}
