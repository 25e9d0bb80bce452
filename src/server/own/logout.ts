import { errorReply } from '../../http/error-reply.ts'
import { pageHeaders, renderPage } from '../../http/page.ts'
import type { ProxyRequest } from '../../http/proxy-request.ts'
import type { Reply } from '../../http/reply.ts'
import type { LegacySessions } from '../../identity/legacy-session.ts'
import type { Sessions } from '../../session/sessions.ts'
import type { Site } from '../../sso/begin-login.ts'

export interface LogoutParts {
  sessions: Sessions
  legacySessions?: Pick<LegacySessions, 'end'>
}

/** A page with a button on GET; the end of the session on a POST that this site's own page sent. */
export async function logout(parts: LogoutParts, request: ProxyRequest, site: Site): Promise<Reply> {
  const { sessions, legacySessions } = parts
  if (request.method !== 'POST') {
    return page('Sign out', '<form method="post"><button>Sign out</button></form>')
  }
  if (request.header('origin') !== site.origin && request.header('sec-fetch-site') !== 'same-origin') {
    return errorReply('LOGOUT_FOREIGN', { requestId: request.id, accept: request.header('accept') })
  }
  const open = await sessions.find(request.header('cookie'), site.isSecure)
  if (open !== undefined) await sessions.delete(open.secret)
  const reply = page('Signed out', signedOut)
  reply.headers.push('set-cookie', sessions.forget(site.isSecure))
  if (legacySessions !== undefined) reply.headers.push('set-cookie', await legacySessions.end(request))
  return reply
}

const signedOut = `<p>You are signed out of this site.</p>
<p>The sign in service may still know you: on a computer that others use, sign out there too.</p>`

/** With `no-referrer`, browsers would send the form with `origin: null`. */
const ownPage = ['cache-control', 'no-store', 'referrer-policy', 'same-origin']

function page(title: string, body: string): Reply {
  return { status: 200, headers: [...ownPage, ...pageHeaders], body: renderPage(title, body) }
}
