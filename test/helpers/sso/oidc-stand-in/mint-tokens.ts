import { randomUUID } from 'node:crypto'
import { idTokenFaults } from './id-token-faults.ts'
import { type Claims, createJwt, type JwtWish } from './jwt.ts'
import type { Mint } from './oidc-stand-in-types.ts'
import { nowSeconds, type StandInContext } from './stand-in-context.ts'
import type { TokenGrant } from './token-book.ts'

export function createMint(context: StandInContext): Mint {
  const { behaviour, client, keys } = context
  const own = (): TokenGrant => ({
    ...{ clientId: client.id, scope: 'openid', nonce: undefined },
    ...{ subject: behaviour.subject, sid: behaviour.sid },
  })
  return {
    idToken: (wish) => createJwt(keys.current, {}, idTokenClaims(context, own()), wish),
    accessToken: (wish) =>
      createJwt(keys.current, { typ: 'at+jwt' }, accessTokenClaims(context, own()), wish),
    logoutToken: (wish) =>
      createJwt(keys.current, { typ: 'logout+jwt' }, logoutTokenClaims(context, own()), wish),
  }
}

/** The id token of a grant, spoilt where the script says so. */
export function mintIdToken(context: StandInContext, grant: TokenGrant, params: URLSearchParams): string {
  const claims = idTokenClaims(context, grant)
  const create = (wish?: JwtWish) => createJwt(context.keys.current, {}, claims, wish)
  const fault = context.idTokenFault(params)
  const token = fault === undefined ? create() : idTokenFaults[fault](claims, create)
  context.book.given.id.push(token)
  return token
}

/** The access token of a grant: a JWT or opaque text, which userinfo and introspection know. */
export function mintAccessToken(context: StandInContext, grant: TokenGrant): string {
  const { behaviour, keys, book } = context
  const claims = accessTokenClaims(context, grant)
  const token = behaviour.hasJwtAccessTokens
    ? createJwt(keys.current, { typ: 'at+jwt' }, claims)
    : `access-${randomUUID()}${padding(context)}`
  book.addAccess(token, grant, claims.exp)
  return token
}

/** Text that makes a token as long as it is told to. */
export function padding({ behaviour }: StandInContext): string {
  return 'x'.repeat(behaviour.tokenPaddingBytes)
}

/** @see OpenID Connect Core 1.0 section 2 */
function idTokenClaims(context: StandInContext, { clientId, subject, nonce, sid }: TokenGrant): Claims {
  const { behaviour, issuer } = context
  const iat = nowSeconds()
  const own = behaviour.claimsAreIn === 'userinfo' ? {} : behaviour.claims
  return {
    ...{ iss: issuer, aud: clientId, sub: subject, nonce, sid, ...own, ...paddingClaim(context) },
    ...{ iat, exp: iat + behaviour.idTokenSeconds, auth_time: iat },
  }
}

/** @see RFC 9068 section 2.2 */
function accessTokenClaims(context: StandInContext, grant: TokenGrant): Claims & { exp: number } {
  const { behaviour, issuer } = context
  const { clientId, subject, scope, sid } = grant
  const iat = nowSeconds()
  return {
    ...{ iss: issuer, aud: behaviour.audience, sub: subject, client_id: clientId, scope, sid },
    ...{ jti: randomUUID(), ...behaviour.claims, ...paddingClaim(context) },
    ...{ iat, exp: iat + behaviour.accessTokenSeconds },
  }
}

/** @see OpenID Connect Back-Channel Logout 1.0 section 2.4 */
function logoutTokenClaims({ issuer }: StandInContext, { clientId, subject, sid }: TokenGrant): Claims {
  const iat = nowSeconds()
  return {
    ...{ iss: issuer, aud: clientId, sub: subject, sid, jti: randomUUID(), iat, exp: iat + 120 },
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  }
}

function paddingClaim(context: StandInContext): Claims {
  return context.behaviour.tokenPaddingBytes === 0 ? {} : { padding: padding(context) }
}
