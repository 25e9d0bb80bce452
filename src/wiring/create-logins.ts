import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/schema/config-schema.ts'
import { isAbsoluteUrl } from '../http/absolute-url.ts'
import { createLegacySessions, type LegacySessions } from '../identity/legacy-session.ts'
import { createSessionIndex, type SessionIndex } from '../session/session-index.ts'
import { createSessions } from '../session/sessions.ts'
import type { LoginOptions } from '../sso/begin-login.ts'
import { createPendingLogins } from '../sso/pending-logins.ts'
import { createRefusedTokens } from '../sso/refused-tokens.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import { elapsedMs, now } from './clocks.ts'
import type { StoreConnection } from './create-store.ts'

/** A browser has the answers to requests that it sent at the same moment by then. */
const otherTabsMs = 500

/** Makes sessions and logins, and takes sessions of the original where they are accepted. */
export function createLogins(
  config: Config,
  { store, legacyTokens }: StoreConnection,
  sso: SsoClient,
): LoginOptions & { legacySessions?: LegacySessions; sessionIndex: SessionIndex } {
  const { cookieName, sameSite, maxAgeSeconds, idleTimeoutSeconds } = config.session
  const deployment = deploymentOf(config)
  const cookie = { name: cookieName, sameSite }
  const sessionIndex = createSessionIndex(store, deployment)
  const ages = { maxAgeSeconds, idleTimeoutSeconds }
  const sessions = createSessions({ store, index: sessionIndex, cookie, ...ages, deployment, now, elapsedMs })
  const logins = {
    sso,
    sessions,
    sessionIndex,
    pending: createPendingLogins(store, deployment, now),
    refusedTokens: createRefusedTokens(store),
    cookie: { name: `${cookieName}_login`, sameSite },
    waitForOtherTabs: () => sleep(otherTabsMs),
    now,
  }
  if (legacyTokens === undefined) return logins
  return { ...logins, legacySessions: createLegacySessions({ tokens: legacyTokens, sessions, sso, now }) }
}

/**
 * Names the deployment that sessions and logins belong to. Instances with the same SSO, client and cookie share them,
 * and nothing opens of others on the same Redis.
 */
export function deploymentOf({ sso, session }: Config): string {
  if (sso.issuer !== undefined) return JSON.stringify(['oidc', sso.issuer, sso.clientId, session.cookieName])
  const { authorizeUrl, url = authorizeUrl } = sso
  const { origin, pathname } = new URL(isAbsoluteUrl(authorizeUrl) ? authorizeUrl : url)
  return JSON.stringify([origin + pathname.replace(/\/*$/, '/'), sso.clientId, session.cookieName])
}
