import type { ProxyRequest } from '../http/proxy-request.ts'
import type { LegacyTokens } from '../session/legacy-tokens.ts'
import type { Sessions } from '../session/sessions.ts'
import type { Site } from './login.ts'
import type { SsoClient } from './sso-client.ts'

export interface LegacyParts {
  tokens: LegacyTokens
  sessions: Sessions
  sso: SsoClient
  now(): number
}

/**
 * Turns a session that the original wrote into one of ours, so that a switch signs nobody out.
 *
 * The old one, whose token lies in Redis in the clear, ends within a minute.
 */
export function createResumeLegacy({ tokens, sessions, sso, now }: LegacyParts) {
  return async (request: ProxyRequest, site: Site): Promise<{ who: string; cookie: string } | undefined> => {
    const legacy = await tokens.find(request.header('cookie'))
    if (legacy === undefined) return undefined
    const identity = await sso.identify(legacy.accessToken)
    await tokens.retire(legacy)
    if (identity.kind === 'rejected') return undefined
    const session = {
      accessToken: legacy.accessToken,
      who: identity.who,
      createdAt: now(),
      verifiedAt: now(),
    }
    return { who: identity.who, cookie: await sessions.create(session, site.isSecure) }
  }
}
