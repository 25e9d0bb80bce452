import type { Issuer } from '../issuer/issuer.ts'
import type { SessionIndex } from '../session/session-index.ts'
import { hashedKey } from '../store/hashed-key.ts'
import type { Store } from '../store/store.ts'
import { logoutTokenLifeMs, readLogoutToken } from './logout-token.ts'

export interface BackchannelLogoutsOptions {
  issuer: Pick<Issuer, 'name' | 'verify'>
  clientId: string
  store: Pick<Store, 'get' | 'claim'>
  sessions: Pick<SessionIndex, 'endByLogin'>
}

/** Logouts that the SSO itself asks for. */
export interface BackchannelLogouts {
  /**
   * Ends the sessions that a logout token names, in every process and instance.
   *
   * @throws S3ProxyError when the keys of the SSO or the store cannot be reached; the SSO may then send the token again
   */
  end(logoutToken: string): Promise<BackchannelLogout>
}

export type BackchannelLogout =
  | {
      kind: 'ended'
      /** The id of the person whose sessions have ended; `undefined` where the token names only a session at the SSO. */
      person: string | undefined
      sessions: number
    }
  | { kind: 'refused' /** The end of a sentence about the token. */; reason: string }

/**
 * Creates logouts by logout token. Nothing is written before a token is verified.
 *
 * A token is remembered only once its sessions have ended: one that failed half-way may come again, and one that was done
 * is refused.
 */
export function createBackchannelLogouts(options: BackchannelLogoutsOptions): BackchannelLogouts {
  const { issuer, clientId, store, sessions } = options
  return {
    async end(logoutToken) {
      const read = await readLogoutToken(logoutToken, issuer, clientId)
      if (read.kind === 'refused') return read
      const { id, subject, sid } = read.token
      const key = hashedKey('logout', [issuer.name, clientId, id])
      if ((await store.get(key)) !== null) return { kind: 'refused', reason: 'has come before (jti)' }
      const ended = await sessions.endByLogin({ issuer: issuer.name, subject, sid })
      await store.claim(key, logoutTokenLifeMs)
      const person = subject === undefined ? undefined : `${issuer.name}#${subject}`
      return { kind: 'ended', person, sessions: ended }
    },
  }
}
