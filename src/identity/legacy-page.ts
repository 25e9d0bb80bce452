import { hash } from 'node:crypto'
import { formPage } from '../http/own-form.ts'
import { ownPathPrefix } from '../http/own-paths.ts'
import { escapeHtml } from '../http/page.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import { type Person, shownId } from '../person/person.ts'
import { namesPage } from './is-navigation.ts'
import type { LegacyToken } from './legacy-tokens.ts'

/** The address of the page's button and of its link: a POST goes on with the session, a GET begins a login. */
export const continuePath = `${ownPathPrefix}continue`

/**
 * Asks the person whether a session that the original wrote is theirs. A neighbouring host can plant its cookie, and
 * nothing but the person can tell.
 *
 * @param person the one whom the session belongs to
 */
export function askPerson(request: ProxyRequest, legacy: LegacyToken, person: Person): Reply {
  const query = `to=${encodeURIComponent(request.path + request.query)}&as=${fingerprint(legacy)}`
  const name = escapeHtml(shownId(person).replace(/[\p{Cc}\p{Cf}]/gu, ''))
  const address = escapeHtml(`${continuePath}?${query}`)
  // A tool that cannot press the button must not take the page for the file.
  const status = namesPage(request.header('accept')) ? 200 : 401
  const page = formPage(
    status,
    'Sign in',
    `<p>This browser is signed in from before as <strong><bdi>${name}</bdi></strong>. Is that you?</p>
<form method="post" action="${address}"><button>Continue as <bdi>${name}</bdi></button></form>
<p><a href="${address}">Sign in as somebody else</a></p>`,
  )
  if (status === 401) page.headers.push('www-authenticate', 'Cookie realm="s3proxy"')
  return page
}

/** Reads from the page's address where the person wants to go, and which session the page was about. */
export function readChoice(query: string): { returnTo: string; isAbout(legacy: LegacyToken): boolean } {
  const parameters = new URLSearchParams(query)
  const returnTo = parameters.get('to') ?? ''
  return {
    returnTo: isTarget.test(returnTo) ? returnTo : '/',
    isAbout: (legacy) => parameters.get('as') === fingerprint(legacy),
  }
}

/** Matches a path of this site that is safe in a header. */
const isTarget = /^\/[\x21-\x7e\x80-\xff]*$/

/** Tells sessions apart without naming one: addresses stand in histories. */
function fingerprint({ id }: LegacyToken): string {
  return hash('sha256', id, 'base64url').slice(0, 22)
}
