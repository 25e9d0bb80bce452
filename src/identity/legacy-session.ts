import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Sessions } from '../session/sessions.ts'
import type { Site } from '../sso/begin-login.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import { forgetLegacyCookie, type LegacyToken, type LegacyTokens } from './legacy-tokens.ts'

export interface LegacyParts {
  tokens: LegacyTokens
  sessions: Sessions
  sso: SsoClient
  now(): number
}

/** Somebody who was signed in at the original, and now is here. */
export interface ResumedSession {
  who: string
  /** Values for `set-cookie`. */
  cookies: string[]
}

/** What becomes of sessions that the original wrote, so that a switch signs nobody out. */
export interface LegacySessions {
  /** Turns one into one of ours; the old one, whose token lies in Redis in the clear, ends within a minute. */
  resume(request: ProxyRequest, site: Site): Promise<ResumedSession | undefined>
  /** For those who sign out. @returns the value for `set-cookie` */
  end(request: ProxyRequest): Promise<string>
}

export function createLegacySessions({ tokens, sessions, sso, now }: LegacyParts): LegacySessions {
  const underWay = new Map<string, Promise<ResumedSession | undefined>>()

  async function upgrade(legacy: LegacyToken, request: ProxyRequest, site: Site) {
    const identity = await sso.identify(legacy.accessToken)
    if (identity.kind === 'rejected') {
      await tokens.end(request.header('cookie'))
      return undefined
    }
    await tokens.retire(legacy)
    const session = {
      accessToken: legacy.accessToken,
      who: identity.who,
      createdAt: now(),
      verifiedAt: now(),
    }
    const cookie = await sessions.create(session, site.isSecure)
    return { who: identity.who, cookies: [cookie, forgetLegacyCookie] }
  }

  return {
    async resume(request, site) {
      const legacy = await tokens.find(request.header('cookie'))
      if (legacy === undefined) return undefined
      // A page and everything in it is one session, and one question to the SSO.
      const key = `${site.origin} ${legacy.id}`
      let resumed = underWay.get(key)
      if (resumed === undefined) {
        resumed = upgrade(legacy, request, site).finally(() => underWay.delete(key))
        underWay.set(key, resumed)
      }
      return resumed
    },
    async end(request) {
      await tokens.end(request.header('cookie'))
      return forgetLegacyCookie
    },
  }
}
