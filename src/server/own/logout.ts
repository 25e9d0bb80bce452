import { errorReply } from '../../http/error-reply.ts'
import { isOwnForm, leavingFormPage } from '../../http/own-form.ts'
import { logoutPath, signedOutPath } from '../../http/own-paths.ts'
import { escapeHtml } from '../../http/page.ts'
import type { ProxyRequest } from '../../http/proxy-request.ts'
import { redirectAfterForm } from '../../http/redirect.ts'
import type { Reply } from '../../http/reply.ts'
import type { Site } from '../../http/site.ts'
import type { LegacySessions } from '../../identity/legacy-session.ts'
import { nameForPeople, type Person } from '../../person/person.ts'
import type { OpenSession, Sessions } from '../../session/sessions.ts'
import type { SsoClient } from '../../sso/sso-client.ts'
import { formMethods, type SitePage } from './own-page.ts'
import { ssoWasAsked } from './signed-out.ts'

export interface LogoutPageOptions {
  sessions: Pick<Sessions, 'find' | 'delete' | 'forget'>
  legacySessions?: Pick<LegacySessions, 'end'>
  sso: Pick<SsoClient, 'end'>
}

/**
 * Creates the logout page. A GET shows a button. A POST of this site's own page ends the session, and leads the browser to
 * where the SSO ends its own, also when the session here was over before.
 */
export function createLogoutPage(options: LogoutPageOptions): SitePage {
  return {
    kind: 'logout',
    path: logoutPath,
    methods: formMethods,
    needsHost: true,
    async answer(request, record, site) {
      if (request.method === 'POST' && !isOwnForm(request, site.origin))
        return errorReply('LOGOUT_FOREIGN', request, record)
      const open = await options.sessions.find(request.header('cookie'), site.isSecure)
      record.person = open?.session.person
      if (request.method !== 'POST') return question(record.person)
      const cookies = await endSession(options, open, request, site)
      if (open !== undefined) record.endedSessions = 1
      const returnTo = site.origin + signedOutPath
      const atSso = await record.timed(
        'ssoMs',
        options.sso.end(open?.session, { returnTo, state: ssoWasAsked }),
      )
      const reply = redirectAfterForm(atSso ?? returnTo, ...cookies)
      // Without this header, the browser would still show its copies of the objects.
      reply.headers.push('clear-site-data', '"cache"')
      return reply
    },
  }
}

function question(person: Person | undefined): Reply {
  const who =
    person === undefined
      ? 'Nobody is signed in to this site in this browser. The sign in service may still know you.'
      : `You are signed in as <strong><bdi>${escapeHtml(nameForPeople(person))}</bdi></strong>.`
  return leavingFormPage('Sign out', `<p>${who}</p>\n<form method="post"><button>Sign out</button></form>`)
}

/** @returns the values for `set-cookie` */
async function endSession(
  { sessions, legacySessions }: LogoutPageOptions,
  open: OpenSession | undefined,
  request: ProxyRequest,
  site: Site,
): Promise<string[]> {
  if (open !== undefined) await sessions.delete(open)
  const forgotten = sessions.forget(site.isSecure)
  return legacySessions === undefined ? [forgotten] : [forgotten, await legacySessions.end(request)]
}
