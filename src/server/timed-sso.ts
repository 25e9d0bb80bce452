import type { SsoClient } from '../sso/sso-client.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'

/** An SSO that notes in a request's record how long the request waits for its answers. */
export function timedSso(sso: SsoClient, record: RequestRecord): SsoClient {
  return { ...sso, renew: (grant) => record.timed('ssoMs', sso.renew(grant)) }
}
