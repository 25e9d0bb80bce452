import { errorReply } from '../../http/error-reply.ts'
import { formPage, isOwnForm } from '../../http/own-form.ts'
import { ownPathPrefix } from '../../http/own-paths.ts'
import { escapeHtml } from '../../http/page.ts'
import type { ProxyRequest } from '../../http/proxy-request.ts'
import type { Reply } from '../../http/reply.ts'
import type { Site } from '../../http/site.ts'
import type { LegacySessions } from '../../identity/legacy-session.ts'
import type { Sessions } from '../../session/sessions.ts'
import type { SsoClient } from '../../sso/sso-client.ts'
import type { RequestRecord } from '../../telemetry/request-record.ts'
import { formMethods, type SitePage } from './own-page.ts'

export interface LogoutPageOptions {
  sessions: Sessions
  legacySessions?: Pick<LegacySessions, 'end'>
  sso: Pick<SsoClient, 'end'>
}

/** Creates the logout page. A GET shows a button, and a POST of this site's own page ends the session. */
export function createLogoutPage(options: LogoutPageOptions): SitePage {
  return {
    kind: 'logout',
    path: `${ownPathPrefix}logout`,
    methods: formMethods,
    needsHost: true,
    answer: (request, record, site) =>
      request.method === 'POST' ? signOut(options, request, record, site) : question(),
  }
}

function question(): Reply {
  return formPage(200, 'Sign out', '<form method="post"><button>Sign out</button></form>')
}

async function signOut(
  options: LogoutPageOptions,
  request: ProxyRequest,
  record: RequestRecord,
  site: Site,
): Promise<Reply> {
  const { sessions, legacySessions } = options
  if (!isOwnForm(request, site.origin)) return errorReply('LOGOUT_FOREIGN', request, record)
  const open = await sessions.find(request.header('cookie'), site.isSecure)
  if (open !== undefined) await sessions.delete(open.secret)
  const reply = formPage(200, 'Signed out', signedOut(options.sso.end(open?.session)))
  // Without this header, the browser would still show its copies of the objects.
  reply.headers.push('clear-site-data', '"cache"')
  reply.headers.push('set-cookie', sessions.forget(site.isSecure))
  if (legacySessions !== undefined) reply.headers.push('set-cookie', await legacySessions.end(request))
  return reply
}

/** The text of the page after the logout. @param ssoLogoutUrl the address where the SSO ends its own session */
function signedOut(ssoLogoutUrl: string | undefined): string {
  const link =
    ssoLogoutUrl === undefined
      ? ''
      : `\n<p><a href="${escapeHtml(ssoLogoutUrl)}" rel="noreferrer">Sign out of the sign in service</a></p>`
  return `<p>You are signed out of this site.</p>
<p>The sign in service may still know you: on a computer that others use, sign out there too.</p>${link}`
}
