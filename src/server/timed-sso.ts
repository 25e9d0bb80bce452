import type { SsoClient } from '../sso/sso-client.ts'
import { type Exchange, timed } from './exchange.ts'

/** An SSO whose answers an exchange waits for, and is told how long. */
export function timedSso(sso: SsoClient, exchange: Exchange): SsoClient {
  return {
    ...sso,
    exchangeCode: (login) => timed(exchange, 'ssoMs', sso.exchangeCode(login)),
    identify: (...asked) => timed(exchange, 'ssoMs', sso.identify(...asked)),
  }
}
