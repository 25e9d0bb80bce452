import { errorReply } from '../http/error-reply.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import type { Site } from '../http/site.ts'
import { beginLogin, type LoginOptions } from '../sso/begin-login.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { isNavigation } from './is-navigation.ts'

/**
 * Answers somebody who has to sign in: a navigation is led to the SSO, anything else gets 401, and no state is made
 * for it.
 *
 * @param returnTo path and query where the login ends
 */
export async function challenge(
  options: LoginOptions,
  request: ProxyRequest,
  record: RequestRecord,
  site: Site,
  returnTo: string,
): Promise<Reply> {
  if (!isNavigation(request)) return errorReply('LOGIN_REQUIRED', request, record)
  record.route = 'login'
  record.login = 'started'
  return record.timed('sessionMs', beginLogin(options, request, site, returnTo, 0))
}
