import type { SsoClient } from '../sso/sso-client.ts'
import { type Exchange, timed } from './exchange.ts'

/** An SSO whose answers an exchange waits for, and is told how long. */
export function timedSso(sso: SsoClient, exchange: Exchange): SsoClient {
  return { ...sso, renew: (grant) => timed(exchange, 'ssoMs', sso.renew(grant)) }
}
