import { bearerChallenge } from '../bearer/bearer-challenge.ts'
import type { BearerOptions } from '../bearer/bearer-options.ts'
import { errorReply } from '../http/error-reply.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import type { Site } from '../http/site.ts'
import { beginLogin, type LoginOptions } from '../sso/begin-login.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { isNavigation } from './is-navigation.ts'

export interface ChallengeOptions extends LoginOptions {
  /** How bearer tokens are accepted, where they are. */
  bearer?: Pick<BearerOptions, 'scopes'>
}

/**
 * Answers somebody who has to sign in: a navigation is led to the SSO, anything else gets 401, and no state is made
 * for it.
 *
 * @param returnTo path and query where the login ends
 */
export async function challenge(
  options: ChallengeOptions,
  request: ProxyRequest,
  record: RequestRecord,
  site: Site,
  returnTo: string,
): Promise<Reply> {
  if (!isNavigation(request)) {
    const { bearer } = options
    const headers = bearer && ['www-authenticate', bearerChallenge(site, bearer.scopes)]
    return errorReply('LOGIN_REQUIRED', request, record, headers && { headers })
  }
  record.route = 'login'
  record.login = 'started'
  return record.timed('sessionMs', beginLogin(options, request, site, returnTo, 0))
}
