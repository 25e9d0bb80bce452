import { errorStatus } from '../../errors.ts'
import { noStore } from '../../http/error-reply.ts'
import { backchannelLogoutPath } from '../../http/own-paths.ts'
import type { Reply } from '../../http/reply.ts'
import { personWithId } from '../../person/person.ts'
import type { BackchannelLogouts } from '../../sso/backchannel-logouts.ts'
import type { RequestRecord } from '../../telemetry/request-record.ts'
import type { HostlessPage } from './own-page.ts'

export interface BackchannelLogoutPageOptions {
  backchannelLogouts: BackchannelLogouts
  /** Called with the reason why a request has ended nothing. Anybody can make such requests. */
  onLogoutRefused(reason: string): void
}

/** Logout tokens have one or two kilobytes. */
const maxBodyBytes = 16 * 1024

/**
 * Creates the address that the SSO itself sends logout tokens to. Their signature is the only proof, so the host that the
 * SSO reaches this server at does not matter.
 *
 * It answers 200 when the sessions have ended, also where there were none, and 400 to a token that is refused. When the
 * keys of the SSO or the store are away, the status is that of this failure, and the SSO may send the token again.
 *
 * @see OpenID Connect Back-Channel Logout 1.0 sections 2.5 and 2.8
 */
export function createBackchannelLogoutPage(options: BackchannelLogoutPageOptions): HostlessPage {
  return {
    kind: 'backchannel-logout',
    path: backchannelLogoutPath,
    methods: ['POST'],
    needsHost: false,
    async answer(request, record) {
      const body = await request.readBody?.(maxBodyBytes)
      const [token, ...more] = new URLSearchParams(body ?? '').getAll('logout_token')
      if (token === undefined || more.length > 0)
        return refuse(
          `is missing: expected one logout_token in a form of at most ${maxBodyBytes} bytes, sent within 10 s`,
          options,
          record,
        )
      const logout = await options.backchannelLogouts.end(token)
      if (logout.kind === 'refused') return refuse(logout.reason, options, record)
      if (logout.person !== undefined) record.person = personWithId(logout.person)
      record.endedSessions = logout.sessions
      return { status: 200, headers: [...noStore], body: '' }
    },
  }
}

function refuse(
  reason: string,
  { onLogoutRefused }: BackchannelLogoutPageOptions,
  record: RequestRecord,
): Reply {
  const code = 'LOGOUT_TOKEN_INVALID'
  record.code = code
  onLogoutRefused(reason)
  return {
    status: errorStatus[code],
    headers: [...noStore, 'content-type', 'application/json'],
    body: `${JSON.stringify({ error: 'invalid_request', error_description: `the logout token ${reason}` })}\n`,
  }
}
