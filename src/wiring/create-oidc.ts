import type { Config } from '../config/schema/config-schema.ts'
import { codeOf, safeMessageOf } from '../errors.ts'
import { createIssuer, type Issuer } from '../issuer/issuer.ts'
import type { Log } from '../log/log.ts'
import { createRareWarning } from '../log/rare-warning.ts'
import { fetchClaims } from '../sso/fetch-claims.ts'
import { createOidcLogout } from '../sso/oidc-logout.ts'
import { createOidcRevocation } from '../sso/oidc-revocation.ts'
import { createOidcSso, type OidcCalls } from '../sso/oidc-sso.ts'
import { createOidcTokenEndpoint, withoutEndpoint } from '../sso/oidc-token-endpoint.ts'
import { createPacedCalls } from '../sso/paced-calls.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import { clientAssertionOf } from './client-assertion-of.ts'
import { elapsedMs, now } from './clocks.ts'

/** The longest wait of somebody who signs out. */
const logoutWaitMs = 2000

/**
 * Makes the issuer of `sso.issuer`; `undefined` where the SSO is none. Nothing is asked yet.
 *
 * @param log is told of keys that grow old
 */
export function createSsoIssuer(sso: Config['sso'], userAgent: string, log?: Log): Issuer | undefined {
  const { issuer: url, internalUrl, timeoutMs } = sso
  if (url === undefined) return undefined
  const warn =
    log &&
    createRareWarning(
      log,
      'SSO_KEYS_STALE',
      'the keys of the SSO cannot be fetched, and those of before are used for a day at most',
      elapsedMs,
    )
  return createIssuer({
    ...{ url, internalUrl, option: 'sso.issuer', timeoutMs, userAgent, now, elapsedMs },
    onStaleKeys: (failure) => warn?.(safeMessageOf(failure)),
  })
}

/** Makes an SSO that speaks OpenID Connect. */
export function createOidc(sso: Config['sso'], issuer: Issuer, userAgent: string, log: Log): SsoClient {
  const { timeoutMs } = sso
  const clientAssertion = clientAssertionOf(sso, issuer.name)
  const calls: OidcCalls = {
    ...createOidcTokenEndpoint({ ...sso, clientAssertion, issuer, userAgent, now }),
    async identify(accessToken) {
      const { userinfo_endpoint: url } = await issuer.metadata()
      if (url === undefined) throw withoutEndpoint('userinfo_endpoint')
      return fetchClaims(url, accessToken, {
        timeoutMs,
        userAgent,
        option: 'sso.issuer',
        now,
      })
    },
  }
  const end = createOidcLogout({
    ...{ ...sso, issuer, waitMs: logoutWaitMs },
    revoke: createOidcRevocation({ ...sso, clientAssertion, issuer, userAgent }),
    onFailure: (error) =>
      log.warn(
        { code: codeOf(error, 'INTERNAL') },
        `somebody signed out here, and perhaps not at the SSO: ${safeMessageOf(error)}`,
      ),
  })
  const onUnknownGroups = createRareWarning(
    log,
    'SSO_GROUPS_UNKNOWN',
    'the groups of a person are not known (sso.groupsClaim)',
    elapsedMs,
  )
  return createOidcSso(createPacedCalls(calls, elapsedMs), { ...sso, issuer, end, onUnknownGroups, now })
}
