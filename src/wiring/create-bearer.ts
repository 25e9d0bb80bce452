import { askIdentity } from '../bearer/ask-identity.ts'
import type { BearerOptions } from '../bearer/bearer-options.ts'
import { rememberVerdicts } from '../bearer/remember-verdicts.ts'
import type { Config } from '../config/schema/config-schema.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import { elapsedMs, now } from './clocks.ts'

/** Picks the way in which bearer tokens are checked. @returns nothing where none are accepted */
export function createBearer({ bearer, sso }: Config, client: SsoClient): { bearer?: BearerOptions } {
  const { accept, issuer, terminalClientId } = bearer
  if (accept === 'none') return {}
  const maxAgeMs = sso.tokenCheckIntervalSeconds * 1000
  const check = rememberVerdicts(askIdentity(client), { maxAgeMs, now, elapsedMs })
  return { bearer: { check, scopes: [], issuer, terminalClientId } }
}
