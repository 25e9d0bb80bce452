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
  /** @returns the renewed form of a session that the store has in its old form, as long as its token is good */
  unwritten(open: OpenSession): OpenSession | undefined
  /** Writes the tokens that are kept for a session now. @returns `undefined` where there are none */
  writeKept(open: OpenSession): Promise<Renewed>
}

/** As often as the connection to Redis is tried: another instance must not be faster with the spent token. */
const tryEveryMs = 250
/** Time after which the tokens are given up, and the person has to sign in again. */
const giveUpMs = 900_000

export function createRenewalWrites(options: RenewalWritesOptions): RenewalWrites {
  const { sessions, elapsedMs } = options
  /** Calls to the SSO that were under way when the store went away. Without a store no session begins another one. */
  const kept = new Map<string, { before: OpenSession; after: OpenSession; grant: Grant }>()

  function keptFor(open: OpenSession) {
    const own = kept.get(open.name)
    return own === undefined || isRenewed(open.session, own.before.session) ? undefined : own
  }

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
    while (elapsedMs() < endsAtMs) {
      await options.pause(tryEveryMs)
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
        kept.set(open.name, { before: open, after, grant })
        void writeAgain(open, grant, giveBack)
        return { kind: 'renewed', open: after }
      }
      // A lease that cannot be given back ends by itself.
      await giveBack().catch(unlessUnavailable)
      return renewed
    },
    unwritten(open) {
      const after = keptFor(open)?.after
      return after === undefined || hasTokenEnded(after.session, options.now()) ? undefined : after
    },
    async writeKept(open) {
      const own = keptFor(open)
      return own && swapTokens(open, own.grant)
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

/** Whether the access token of a session is over. @param nowMs milliseconds since 1970 */
export function hasTokenEnded({ expiresAt }: Session, nowMs: number): boolean {
  return expiresAt !== undefined && nowMs >= expiresAt
}

function withTokens(session: Session, grant: Grant): Session {
  const { createdAt, verifiedAt } = session
  return { ...session, ...grant, createdAt, verifiedAt }
}
