import { errorReply } from '../http/error-reply.ts'
import { isOwnForm } from '../http/own-form.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import type { Person } from '../person/person.ts'
import type { Grant } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import { redirect, type Site } from '../sso/begin-login.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { askPerson, readAnswer } from './legacy-page.ts'
import { forgetLegacyCookie, type LegacyToken, type LegacyTokens } from './legacy-tokens.ts'

export interface LegacyParts {
  tokens: LegacyTokens
  sessions: Sessions
  now(): number
}

/** What the person has chosen, and who that is. */
export interface Continued {
  reply: Reply
  person?: Person
}

/** What becomes of sessions that the original wrote, so that a switch signs nobody out. */
export interface LegacySessions {
  /** A page that asks the person whether to go on with it; `undefined` where there is none that is still valid. */
  offer(request: ProxyRequest, site: Site, sso: SsoClient): Promise<Reply | undefined>
  /** Answers the page's button: the session becomes one of ours, once, and is gone. */
  resume(request: ProxyRequest, record: RequestRecord, site: Site, sso: SsoClient): Promise<Continued>
  /** For those who sign out. @returns the value for `set-cookie` */
  end(request: ProxyRequest): Promise<string>
}

export function createLegacySessions({ tokens, sessions, now }: LegacyParts): LegacySessions {
  const underWay = new Map<string, Promise<Upgraded | undefined>>()

  async function renew(legacy: LegacyToken, sso: SsoClient): Promise<Grant | undefined> {
    const granted = await sso.renew({ accessToken: legacy.accessToken })
    if (granted.kind === 'known') return granted.grant
    await tokens.spend(legacy)
    return undefined
  }

  /** @returns `undefined` where another one was faster, or the SSO says no */
  async function upgrade(legacy: LegacyToken, site: Site, sso: SsoClient): Promise<Upgraded | undefined> {
    const grant = await renew(legacy, sso)
    if (grant === undefined) return undefined
    const session = { ...grant, createdAt: now(), verifiedAt: now() }
    // The new one first: while Redis takes no writes, the old one stays.
    const cookie = await sessions.create(session, site.isSecure)
    if (await tokens.spend(legacy)) return { person: grant.person, cookie }
    const unused = await sessions.find(cookie.split(';')[0], site.isSecure)
    if (unused !== undefined) await sessions.delete(unused.secret)
    return undefined
  }

  /** A button that is pressed twice is one upgrade, with one answer. */
  function upgradeOnce(legacy: LegacyToken, site: Site, sso: SsoClient): Promise<Upgraded | undefined> {
    const key = `${site.origin} ${legacy.id}`
    let upgraded = underWay.get(key)
    if (upgraded === undefined) {
      upgraded = upgrade(legacy, site, sso).finally(() => underWay.delete(key))
      underWay.set(key, upgraded)
    }
    return upgraded
  }

  return {
    async offer(request, _site, sso) {
      const legacy = await tokens.find(request.header('cookie'))
      const grant = legacy && (await renew(legacy, sso))
      return legacy && grant !== undefined ? askPerson(request, legacy, grant.person) : undefined
    },
    async resume(request, record, site, sso) {
      if (!isOwnForm(request, site.origin)) {
        return { reply: errorReply('CONTINUE_FOREIGN', request, record) }
      }
      const { returnTo, isAbout } = readAnswer(request.query)
      const legacy = await tokens.find(request.header('cookie'))
      // The cookie was replaced while the page stood there: the person is asked anew, about the other one.
      const upgraded = legacy && isAbout(legacy) ? await upgradeOnce(legacy, site, sso) : undefined
      const cookies = upgraded === undefined ? [] : [upgraded.cookie, forgetLegacyCookie]
      const reply = redirect(site.origin + returnTo, ...cookies)
      return { reply: { ...reply, status: 303 }, ...(upgraded && { person: upgraded.person }) }
    },
    async end(request) {
      await tokens.end(request.header('cookie'))
      return forgetLegacyCookie
    },
  }
}

interface Upgraded {
  person: Person
  /** The value for `set-cookie`. */
  cookie: string
}
