import { S3ProxyError } from '../errors.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { Claims } from '../person/person.ts'
import type { ClaimPlaces } from '../person/person-from-claims.ts'
import { whyGroupsAreUnknown } from '../person/unknown-groups.ts'
import type { Grant, OidcLogin } from '../session/session.ts'
import { type AuthorizeOptions, authorizeAddress } from './authorize-address.ts'
import { claimsInJwt } from './claims-in-jwt.ts'
import { type IdToken, readRefreshedIdToken, refusal } from './id-token.ts'
import { nonceOf } from './oidc-nonce.ts'
import { mergeClaims, oidcPerson, renewClaims } from './oidc-person.ts'
import { type OidcTokens, withoutEndpoint } from './oidc-token-endpoint.ts'
import type { SsoCalls } from './sso-calls.ts'
import type { CheckedGrant, Granted, SsoClient } from './sso-client.ts'

export interface OidcSsoOptions extends AuthorizeOptions, ClaimPlaces {
  issuer: Issuer
  end: SsoClient['end']
  /** Called when groups are not known although the SSO told something of them. */
  onUnknownGroups(reason: string): void
  now(): number
}

/** The calls to an OpenID provider: tokens whose id token is verified, and the claims of userinfo. */
export type OidcCalls = SsoCalls<OidcTokens, { claims: Claims }>

/** An OpenID provider: its id token says who has signed in, and its userinfo says more. */
export function createOidcSso(calls: OidcCalls, options: OidcSsoOptions): SsoClient {
  const { issuer, now } = options

  function granted(tokens: Omit<Grant, 'person'>, claims: Claims, login: OidcLogin): Granted {
    const reason = whyGroupsAreUnknown(claims, options.groupsClaim)
    if (reason !== undefined) options.onUnknownGroups(reason)
    return { kind: 'known', grant: { ...tokens, login, person: oidcPerson(claims, login, options) } }
  }

  /** The grant with what a verified id token of a refresh says. The person stays the one of the login. */
  function renewed(grant: Grant, login: OidcLogin, { jwt, claims, login: named }: IdToken & { jwt: string }) {
    if (named.subject !== login.subject) throw refusal('is of somebody else than the one before (sub)')
    const ofOldIdToken = grant.idToken === undefined ? {} : claimsInJwt(grant.idToken)
    const renewedClaims = renewClaims(grant.person.claims ?? {}, ofOldIdToken, claims)
    const tokens = { ...grant, idToken: jwt, unverifiedIdToken: undefined }
    return granted(tokens, renewedClaims, { ...login, ...named })
  }

  /**
   * Verifies an id token that had to wait for keys.
   *
   * @returns the grant as it was while the keys cannot be had
   */
  async function verifyLate(grant: Grant): Promise<Granted> {
    const { unverifiedIdToken: jwt, login } = grant
    if (jwt === undefined || login === undefined) return { kind: 'known', grant }
    try {
      const idToken = await readRefreshedIdToken(jwt, issuer, options.clientId)
      return idToken === undefined ? { kind: 'known', grant } : renewed(grant, login, { ...idToken, jwt })
    } catch (error) {
      if (error instanceof S3ProxyError && error.code === 'SSO_ID_TOKEN') return { kind: 'rejected' }
      throw error
    }
  }

  return {
    async begin(login) {
      const { authorization_endpoint: address } = await issuer.metadata()
      if (address === undefined) throw withoutEndpoint('authorization_endpoint')
      return authorizeAddress(address, login, options, { nonce: nonceOf(login.codeVerifier) })
    },

    async finish(login, record) {
      const { userinfo_endpoint, authorization_response_iss_parameter_supported: isIssuerSent } =
        await record.timed('ssoMs', issuer.metadata())
      // Another SSO may have answered a login that began at this one (RFC 9207 section 2.4).
      if (login.issuer === undefined ? isIssuerSent : login.issuer !== issuer.name)
        throw foreignCallback(login.issuer)
      const { tokens, idToken } = await record.timed('ssoMs', calls.exchangeCode(login))
      if (idToken === undefined) throw refusal('is missing: sso.scope needs openid')
      if (userinfo_endpoint === undefined)
        return granted(tokens, mergeClaims(idToken.claims, {}), idToken.login)
      const told = await record.timed('ssoMs', calls.identify(tokens.accessToken))
      if (told.kind === 'rejected') return told
      checkSubject(told.claims, idToken.login)
      return granted(tokens, mergeClaims(idToken.claims, told.claims), idToken.login)
    },

    async check(checked) {
      const { userinfo_endpoint } = await issuer.metadata()
      const verified = isWhole(checked) ? await verifyLate(checked) : undefined
      if (verified?.kind === 'rejected') return verified
      const grant = verified?.grant ?? checked
      if (userinfo_endpoint === undefined) return checkTimes(grant, now())
      const { accessToken, person, idToken, unverifiedIdToken, login } = grant
      const told = await calls.identify(accessToken, person)
      if (told.kind === 'rejected') return told
      if (login !== undefined) checkSubject(told.claims, login)
      // Without its id token, what is known of the person has the claims of it.
      const claims =
        idToken === undefined
          ? { ...person?.claims, ...told.claims }
          : mergeClaims(claimsInJwt(idToken), told.claims)
      return granted(
        { accessToken, idToken, unverifiedIdToken },
        claims,
        login ?? loginOf(told.claims, issuer.name),
      )
    },

    async renew(grant) {
      const { refreshToken, login } = grant
      if (refreshToken === undefined) return { kind: 'rejected' }
      const before = await verifyLate(grant)
      // Claims of an id token wait for keys as long as its access token lives, and no longer.
      if (before.kind === 'known' && before.grant.unverifiedIdToken !== undefined) throw withoutKeys()
      const known = before.kind === 'known' ? before.grant : grant
      const refreshed = await calls.refresh(refreshToken)
      if (refreshed.kind === 'rejected') return refreshed
      const { tokens, idToken } = refreshed.tokens
      // The end of the old token says nothing of the new one.
      const next = { ...known, expiresAt: undefined, renewAt: undefined, unverifiedIdToken: undefined }
      if (idToken === undefined || tokens.idToken === undefined || login === undefined)
        return { kind: 'known', grant: { ...next, ...tokens } }
      const { idToken: jwt, ...others } = tokens
      return renewed({ ...next, ...others }, login, { ...idToken, jwt })
    },

    end: options.end,
  }
}

function isWhole(grant: CheckedGrant): grant is Grant {
  return grant.person !== undefined
}

function withoutKeys(): S3ProxyError {
  return new S3ProxyError(
    'SSO_UNAVAILABLE',
    'the keys of the SSO cannot be had, which the id token of the last refresh has to be verified with (sso.issuer)',
  )
}

/** Without userinfo, nothing can be asked: a token is valid until its end. */
function checkTimes(grant: CheckedGrant, nowMs: number): Granted {
  const { accessToken, person, expiresAt, idToken, unverifiedIdToken, login } = grant
  const isOver = expiresAt !== undefined && expiresAt <= nowMs
  return person === undefined || isOver
    ? { kind: 'rejected' }
    : { kind: 'known', grant: { accessToken, person, idToken, unverifiedIdToken, login } }
}

/** Userinfo has to be about the person of the id token (OpenID Connect Core 1.0 section 5.3.2). */
function checkSubject({ sub }: Claims, { subject }: OidcLogin): void {
  if (sub !== subject)
    throw new S3ProxyError(
      'SSO_BAD_ANSWER',
      'userinfo of the SSO is about somebody else than its id token (sub, sso.issuer)',
    )
}

/** Names the login of a token that came without an id token, as that of a session of the original. */
function loginOf({ sub }: Claims, issuer: string): OidcLogin {
  if (typeof sub === 'string' && sub !== '') return { issuer, subject: sub }
  throw new S3ProxyError(
    'SSO_BAD_ANSWER',
    'userinfo of the SSO does not say whom it is about (sub, sso.issuer)',
  )
}

function foreignCallback(issuer: string | undefined): S3ProxyError {
  const what =
    issuer === undefined
      ? 'has no issuer (iss), although the SSO says that it sends one'
      : 'names another issuer (iss)'
  return new S3ProxyError('SSO_BAD_ANSWER', `the callback of a login ${what} (sso.issuer)`)
}
