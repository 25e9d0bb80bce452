import type { Session } from '../session/session.ts'
import type { OpenSession, Sessions } from '../session/sessions.ts'
import { type SsoClient, unnamed } from '../sso/sso-client.ts'

export interface SessionCheckParts {
  sessions: Sessions
  sso: SsoClient
  tokenCheckIntervalMs: number
  now(): number
}

/** @returns whether the session may go on; one that the SSO rejects is deleted */
export type SessionCheck = (open: OpenSession) => boolean | Promise<boolean>

/**
 * Asks the SSO about a session's token when the last answer is older than the interval. However many requests
 * of one session come in meanwhile, this process asks once.
 *
 * The check throws S3ProxyError when the SSO or the store fails.
 */
export function createSessionCheck(parts: SessionCheckParts): SessionCheck {
  const underWay = new Map<string, Promise<boolean>>()

  async function ask({ session, secret }: OpenSession): Promise<boolean> {
    const identity = await parts.sso.identify(session.accessToken, personOf(session))
    if (identity.kind === 'rejected') {
      await parts.sessions.delete(secret)
      return false
    }
    const verified: Session = { ...session, who: identity.who, verifiedAt: parts.now() }
    if (parts.tokenCheckIntervalMs > 0) await parts.sessions.update({ session: verified, secret })
    return true
  }

  return (open) => {
    const ageMs = parts.now() - open.session.verifiedAt
    if (ageMs >= 0 && ageMs < parts.tokenCheckIntervalMs) return true
    let check = underWay.get(open.secret)
    if (check === undefined) {
      check = ask(open).finally(() => underWay.delete(open.secret))
      underWay.set(open.secret, check)
    }
    return check
  }
}

/** `undefined` where the SSO names nobody: then it is not one person. */
function personOf({ who }: Session): string | undefined {
  return who === unnamed ? undefined : who
}
