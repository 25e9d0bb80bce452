import { randomUUID } from 'node:crypto'
import { readSigningKey } from '../config/consistency/signing-key.ts'
import type { Config } from '../config/schema/config-schema.ts'
import type { Log } from '../log/log.ts'
import { createClientAssertion } from '../sso/client-assertion.ts'
import { createOAuth2Calls } from '../sso/oauth2-calls.ts'
import { createOAuth2Sso } from '../sso/oauth2-sso.ts'
import { createPacedCalls } from '../sso/paced-calls.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import { ssoEndpoints } from '../sso/sso-endpoints.ts'
import { elapsedMs, now } from './clocks.ts'

/** Makes the kind of SSO that the configuration names: plain OAuth 2.0. */
export function createSso(sso: Config['sso'], userAgent: string, log: Log): SsoClient {
  const options = ssoOptions(sso)
  const calls = createOAuth2Calls({ ...options, userAgent, onUnnamed: createUnnamedWarning(log), now })
  return createOAuth2Sso(createPacedCalls(calls, elapsedMs), options)
}

/** Makes what all calls to an SSO need of the options: its addresses joined, and its key read. */
export function ssoOptions(sso: Config['sso']) {
  const endpoints = ssoEndpoints(sso)
  const key = sso.clientKeyFile === undefined ? undefined : readSigningKey(sso.clientKeyFile.content)
  if (key === undefined) return { ...sso, endpoints }
  const { clientId } = sso
  const audience = endpoints.tokenAudience
  return {
    ...{ ...sso, endpoints },
    clientAssertion: createClientAssertion({ clientId, audience, key, newId: randomUUID, now }),
  }
}

/** Tells once that log and audit cannot name anybody. */
function createUnnamedWarning(log: Log): () => void {
  let hasWarned = false
  return () => {
    if (hasWarned) return
    hasWarned = true
    log.warn(
      { code: 'SSO_NAMES_NOBODY' },
      'the SSO says who signs in without a claim that names the person: lines of log and audit say `unnamed` (sso.userClaim)',
    )
  }
}
