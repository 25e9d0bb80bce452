import { errorReply } from '../http/error-reply.ts'
import { isOwnForm } from '../http/own-form.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import { redirectAfterForm } from '../http/redirect.ts'
import type { Reply } from '../http/reply.ts'
import type { Site } from '../http/site.ts'
import type { Person } from '../person/person.ts'
import type { Grant } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { createSharedWork } from '../waiting/shared-work.ts'
import { askPerson, readChoice } from './legacy-page.ts'
import { forgetLegacyCookie, type LegacyToken, type LegacyTokens } from './legacy-tokens.ts'

export interface LegacySessionsOptions {
  tokens: LegacyTokens
  sessions: Sessions
  sso: Pick<SsoClient, 'check'>
  now(): number
}

/** The answer to a person's choice, and the person, where the session is theirs. */
export interface Continued {
  reply: Reply
  person?: Person
}

/** Sessions that the original wrote become ours, and a switch signs nobody out. */
export interface LegacySessions {
  /**
   * Offers a person to go on with a session of the original.
   *
   * @returns the page that asks; `undefined` where there is no session that is still valid
   */
  offer(request: ProxyRequest, record: RequestRecord): Promise<Reply | undefined>
  /** Answers the page's button: the session becomes one of s3proxy, once, and is removed. */
  resume(request: ProxyRequest, record: RequestRecord, site: Site): Promise<Continued>
  /** Ends the session of somebody who signs out. @returns the value for `set-cookie` */
  end(request: ProxyRequest): Promise<string>
}

export function createLegacySessions({ tokens, sessions, sso, now }: LegacySessionsOptions): LegacySessions {
  const upgrades = createSharedWork<Upgraded | undefined>()

  /** @returns `undefined` where the SSO does not take the token any more, which ends the session */
  async function grantOf(legacy: LegacyToken, record: RequestRecord): Promise<Grant | undefined> {
    const { accessToken } = legacy
    const granted = await record.timed('ssoMs', sso.check({ accessToken }))
    if (granted.kind === 'known') return granted.grant
    await tokens.spend(legacy)
    return undefined
  }

  /** @returns `undefined` where another instance was faster, or the SSO says no */
  async function upgrade(
    legacy: LegacyToken,
    site: Site,
    record: RequestRecord,
  ): Promise<Upgraded | undefined> {
    const grant = await grantOf(legacy, record)
    if (grant === undefined) return undefined
    const session = { ...grant, createdAt: now(), verifiedAt: now() }
    // The new session is written first: while Redis takes no writes, the old one stays.
    const cookie = await sessions.create(session, site.isSecure)
    if (await tokens.spend(legacy)) return { person: grant.person, cookie }
    const unused = await sessions.find(cookie.split(';')[0], site.isSecure)
    if (unused !== undefined) await sessions.delete(unused)
    return undefined
  }

  /** Makes one upgrade of a button that is pressed twice, with one answer. */
  function upgradeOnce(
    legacy: LegacyToken,
    site: Site,
    record: RequestRecord,
  ): Promise<Upgraded | undefined> {
    return upgrades(`${site.origin} ${legacy.id}`, () => upgrade(legacy, site, record))
  }

  return {
    async offer(request, record) {
      const legacy = await tokens.find(request.header('cookie'))
      const grant = legacy && (await grantOf(legacy, record))
      return legacy && grant !== undefined ? askPerson(request, legacy, grant.person) : undefined
    },
    async resume(request, record, site) {
      if (!isOwnForm(request, site.origin)) return { reply: errorReply('CONTINUE_FOREIGN', request, record) }
      const { returnTo, isAbout } = readChoice(request.query)
      const legacy = await tokens.find(request.header('cookie'))
      // A cookie that was replaced while the page stood there is another session: the person is asked anew.
      const upgraded = legacy && isAbout(legacy) ? await upgradeOnce(legacy, site, record) : undefined
      const cookies = upgraded === undefined ? [] : [upgraded.cookie, forgetLegacyCookie]
      const reply = redirectAfterForm(site.origin + returnTo, ...cookies)
      return { reply, ...(upgraded && { person: upgraded.person }) }
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
