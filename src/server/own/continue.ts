import { errorReply } from '../../http/error-reply.ts'
import type { ProxyRequest } from '../../http/proxy-request.ts'
import type { Reply } from '../../http/reply.ts'
import type { Site } from '../../http/site.ts'
import { challenge } from '../../identity/challenge.ts'
import { continuePath, readChoice } from '../../identity/legacy-page.ts'
import type { LegacySessions } from '../../identity/legacy-session.ts'
import { forgetLegacyCookie } from '../../identity/legacy-tokens.ts'
import type { LoginOptions } from '../../sso/begin-login.ts'
import type { RequestRecord } from '../../telemetry/request-record.ts'
import { formMethods, readingMethods, type SitePage } from './own-page.ts'

export interface ContinuePageOptions extends LoginOptions {
  /** Sessions of the original, where they are accepted. Without them the page does not exist. */
  legacySessions?: Pick<LegacySessions, 'resume'>
}

/**
 * Handles a person's choice on the page that asks whether a session of the original is theirs. A POST goes on with that
 * session, and a GET begins a login instead.
 */
export function createContinuePage(options: ContinuePageOptions): SitePage {
  const { legacySessions } = options
  return {
    kind: 'continue',
    path: continuePath,
    methods: legacySessions === undefined ? readingMethods : formMethods,
    needsHost: true,
    async answer(request, record, site) {
      if (legacySessions === undefined) return errorReply('OBJECT_NOT_FOUND', request, record)
      if (request.method !== 'POST') return signInAnew(options, request, record, site)
      const { reply, person } = await legacySessions.resume(request, record, site)
      record.person = person
      return reply
    },
  }
}

async function signInAnew(
  options: LoginOptions,
  request: ProxyRequest,
  record: RequestRecord,
  site: Site,
): Promise<Reply> {
  const reply = await challenge(options, request, record, site, readChoice(request.query).returnTo)
  if (record.login === 'started') reply.headers.push('set-cookie', forgetLegacyCookie)
  return reply
}
