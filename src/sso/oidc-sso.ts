import { S3ProxyError } from '../errors.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { Claims } from '../person/person.ts'
import type { ClaimPlaces } from '../person/person-from-claims.ts'
import { whyGroupsAreUnknown } from '../person/unknown-groups.ts'
import type { Grant, OidcLogin } from '../session/session.ts'
import { type AuthorizeOptions, authorizeAddress } from './authorize-address.ts'
import { claimsInJwt } from './claims-in-jwt.ts'
import { refusal } from './id-token.ts'
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

    async check(grant) {
      const { userinfo_endpoint } = await issuer.metadata()
      if (userinfo_endpoint === undefined) return checkTimes(grant, now())
      const { accessToken, person, idToken, login } = grant
      const told = await calls.identify(accessToken, person)
      if (told.kind === 'rejected') return told
      if (login !== undefined) checkSubject(told.claims, login)
      // Without its id token, what is known of the person has the claims of it.
      const claims =
        idToken === undefined
          ? { ...person?.claims, ...told.claims }
          : mergeClaims(claimsInJwt(idToken), told.claims)
      return granted({ accessToken }, claims, login ?? loginOf(told.claims, issuer.name))
    },

    async renew(grant) {
      const { refreshToken, login, person, idToken: oldIdToken } = grant
      if (refreshToken === undefined) return { kind: 'rejected' }
      const refreshed = await calls.refresh(refreshToken)
      if (refreshed.kind === 'rejected') return refreshed
      const { tokens, idToken } = refreshed.tokens
      // The end of the old token says nothing of the new one.
      const renewed = { ...grant, expiresAt: undefined, renewAt: undefined, ...tokens }
      if (idToken === undefined || login === undefined) return { kind: 'known', grant: renewed }
      if (idToken.login.subject !== login.subject)
        throw refusal('is of somebody else than the one before (sub)')
      const ofOldIdToken = oldIdToken === undefined ? {} : claimsInJwt(oldIdToken)
      const claims = renewClaims(person.claims ?? {}, ofOldIdToken, idToken.claims)
      return granted(renewed, claims, { ...login, ...idToken.login })
    },

    end: options.end,
  }
}

/** Without userinfo, nothing can be asked: a token is valid until its end. */
function checkTimes(grant: CheckedGrant, nowMs: number): Granted {
  const { accessToken, person, expiresAt } = grant
  const isOver = expiresAt !== undefined && expiresAt <= nowMs
  return person === undefined || isOver
    ? { kind: 'rejected' }
    : { kind: 'known', grant: { accessToken, person } }
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
