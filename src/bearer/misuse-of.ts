import type { Claims } from '../person/person.ts'

/**
 * Says why a token is no access token that whoever holds it may use: it tells a client who has signed in, gets other
 * tokens, ends sessions, or is bound to a key.
 *
 * @returns the end of a sentence about the token; `undefined` where nothing shows that
 * @see RFC 8725 section 3.12, OpenID Connect Core 1.0 sections 2 and 3.3.2.11, RFC 7800 section 3
 */
export function misuseOf(claims: Claims): string | undefined {
  if (ofIdTokens.some((name) => claims[name] !== undefined)) return 'is an id token'
  // Keycloak says in `typ` what a token is, and Cognito in `token_use`.
  const use = claims.token_use ?? claims.typ
  if (typeof use === 'string' && !/^(?:access|bearer|at\+jwt|jwt)$/i.test(use)) return 'is no access token'
  if (claims.events !== undefined) return 'is no access token'
  // The key has to be shown with each request, which s3proxy does not ask for.
  return claims.cnf === undefined ? undefined : 'is bound to a key (cnf)'
}

/**
 * Whether a token that does not say what it is has a claim that access tokens have, and id tokens have not. An id token
 * for the same audience may have nothing else that tells it.
 */
export function isLikeAccessToken(claims: Claims): boolean {
  return ofAccessTokens.some((name) => claims[name] !== undefined)
}

/** RFC 9068, Entra ID (`scp`, `appid`, `azpacr`) and Okta (`scp`, `cid`). */
const ofAccessTokens = ['scope', 'client_id', 'scp', 'appid', 'azpacr', 'cid']
const ofIdTokens = ['nonce', 'at_hash', 'c_hash', 's_hash']
