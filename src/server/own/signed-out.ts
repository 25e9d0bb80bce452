import { logoutPath, signedOutPath } from '../../http/own-paths.ts'
import { escapeHtml } from '../../http/page.ts'
import { nameForPeople, type Person } from '../../person/person.ts'
import type { Sessions } from '../../session/sessions.ts'
import { htmlPage } from './html-page.ts'
import { readingMethods, type SitePage } from './own-page.ts'

export interface SignedOutPageOptions {
  sessions: Pick<Sessions, 'find'>
}

/** The `state` of logouts at the SSO. The page learns from it that the SSO was asked to end its own session. */
export const ssoWasAsked = 'sso'

/**
 * Creates the page where a logout ends. It begins no login. Somebody who is signed in (again) reads that in place of
 * 'signed out', whatever led them here.
 */
export function createSignedOutPage({ sessions }: SignedOutPageOptions): SitePage {
  return {
    kind: 'signed-out',
    path: signedOutPath,
    methods: readingMethods,
    needsHost: true,
    async answer(request, record, site) {
      const open = await sessions.find(request.header('cookie'), site.isSecure)
      if (open === undefined) {
        const wasSsoAsked = new URLSearchParams(request.query).get('state') === ssoWasAsked
        return htmlPage('Signed out', signedOut(wasSsoAsked))
      }
      record.person = open.session.person
      return htmlPage('You are signed in', stillSignedIn(open.session.person))
    },
  }
}

function signedOut(wasSsoAsked: boolean): string {
  const hint = wasSsoAsked
    ? ''
    : '\n<p>The sign in service may still know you: on a computer that others use, sign out there too.</p>'
  return `<p>You are signed out of this site.</p>${hint}
<p><a href="/" rel="noreferrer">Sign in again</a></p>`
}

function stillSignedIn(person: Person): string {
  return `<p>This browser is signed in as <strong><bdi>${escapeHtml(nameForPeople(person))}</bdi></strong>.</p>
<p><a href="${logoutPath}" rel="noreferrer">Sign out</a></p>`
}
