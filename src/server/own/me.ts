import { noStore } from '../../http/error-reply.ts'
import { ownPathPrefix } from '../../http/own-paths.ts'
import type { ProxyRequest } from '../../http/proxy-request.ts'
import type { Reply } from '../../http/reply.ts'
import type { Site } from '../../http/site.ts'
import { type ChallengeOptions, challenge } from '../../identity/challenge.ts'
import type { Identification } from '../../identity/identify.ts'
import { namesPage } from '../../identity/is-navigation.ts'
import type { Person } from '../../person/person.ts'
import type { RequestRecord } from '../../telemetry/request-record.ts'
import { htmlPage } from './html-page.ts'
import { readingMethods, type SitePage } from './own-page.ts'
import { personText } from './person-text.ts'

export interface MePageOptions extends ChallengeOptions {
  /** Finds out who asks, in the same way as for an object. */
  identify(request: ProxyRequest, site: Site, record: RequestRecord): Promise<Identification>
}

/**
 * Creates the page that shows who is signed in, and every claim of the SSO that rules may look at. Browsers get HTML, and
 * everybody else gets JSON. Nobody else than the person gets an answer, and no token is part of it.
 */
export function createMePage(options: MePageOptions): SitePage {
  return {
    kind: 'me',
    path: `${ownPathPrefix}me`,
    methods: readingMethods,
    needsHost: true,
    async answer(request, record, site) {
      const visitor = await options.identify(request, site, record)
      switch (visitor.kind) {
        case 'reply':
          return visitor.reply
        case 'nobody':
          return challenge(options, request, record, site, request.path + request.query)
        case 'person':
          return namesPage(request.header('accept'))
            ? htmlPage('You are signed in', personText(visitor.person))
            : asJson(visitor.person)
      }
    },
  }
}

/** JSON has no `undefined`: what the SSO does not tell is not there. */
function asJson({ id, name, email, emailVerified, groups, claims }: Person): Reply {
  const body = `${JSON.stringify({ id, name, email, emailVerified, groups, claims }, undefined, 2)}\n`
  return { status: 200, headers: [...noStore, 'content-type', 'application/json'], body }
}
