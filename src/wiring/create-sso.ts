import { asksForGroups } from '../access/asks-for-groups.ts'
import type { Config } from '../config/schema/config-schema.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { Log } from '../log/log.ts'
import { createOAuth2Calls } from '../sso/oauth2-calls.ts'
import { createOAuth2Sso } from '../sso/oauth2-sso.ts'
import { createPacedCalls } from '../sso/paced-calls.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import { ssoEndpoints } from '../sso/sso-endpoints.ts'
import { watchForGroups } from '../sso/watch-for-groups.ts'
import { clientAssertionOf } from './client-assertion-of.ts'
import { elapsedMs, now } from './clocks.ts'
import { createOidc } from './create-oidc.ts'

/** Makes the kind of SSO that the configuration names: OpenID Connect where there is an issuer, else plain OAuth 2.0. */
export function createSso(
  sso: Config['sso'],
  issuer: Issuer | undefined,
  userAgent: string,
  log: Log,
): SsoClient {
  if (issuer !== undefined) return createOidc(sso, issuer, userAgent, log)
  const options = ssoOptions(sso)
  const calls = createOAuth2Calls({ ...options, userAgent, onUnnamed: createUnnamedWarning(log), now })
  return createOAuth2Sso(createPacedCalls(calls, elapsedMs), options)
}

/** Adds a warning of people without any groups, where access asks for groups. */
export function watchGroups({ access, sso: { groupsClaim } }: Config, sso: SsoClient, log: Log): SsoClient {
  if (!asksForGroups(access)) return sso
  return watchForGroups(sso, groupsClaim, () =>
    log.warn(
      { code: 'SSO_GROUPS_UNKNOWN' },
      `access asks for groups, and the SSO tells none of somebody who has signed in: there is no claim ${groupsClaim} (sso.groupsClaim); have the SSO send one, by a mapper or a scope`,
    ),
  )
}

/** Makes what all calls to a plain OAuth 2.0 server need of the options: its addresses joined, and the key read. */
export function ssoOptions(sso: Config['sso']) {
  const endpoints = ssoEndpoints(sso)
  const clientAssertion = clientAssertionOf(sso, endpoints.tokenAudience)
  const { clientAuthentication = 'post' } = sso
  return { ...sso, endpoints, clientAssertion, clientAuthentication }
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
