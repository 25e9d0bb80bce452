import { isLikeAccessToken, misuseOf } from '../bearer/misuse-of.ts'
import { jwtHeader } from '../issuer/jwt-header.ts'
import type { Claims } from '../person/person.ts'
import { claimsInJwt } from '../sso/claims-in-jwt.ts'

export interface RefusalAdviceOptions {
  accept: 'jwt' | 'introspection' | 'identity'
  audience?: readonly string[] | undefined
  /** The issuer of tokens, where it is known, and the option that names it. */
  issuer: string | undefined
  issuerOption: 'sso.issuer' | 'bearer.issuer'
}

/**
 * Finds advice for a token that is refused. The token is read without being verified, which is enough for advice; no text
 * of it is repeated.
 *
 * @param reason that of the check
 */
export function adviceOnRefusal(reason: string, token: string, options: RefusalAdviceOptions): string {
  const { accept, audience = [], issuer, issuerOption } = options
  const claims = claimsOf(token)
  const isIdToken =
    misuseOf(claims) === 'is an id token' ||
    (jwtHeader(token)?.type !== 'at+jwt' && Object.keys(claims).length > 0 && !isLikeAccessToken(claims))
  if (reason.includes('(iss)'))
    return isSameButSlash(claims.iss, issuer)
      ? `set ${issuerOption} to the issuer of the token, which is the same but for the slash at its end`
      : `set ${issuerOption} to the issuer of these tokens, or get a token of ${issuer}`
  if (reason.includes('(aud)'))
    return isIdToken
      ? accessTokenWanted
      : `have the SSO make tokens for ${audience.join(' or ')} (the parameter resource or audience of the request, or a mapper of audiences), or set bearer.audience to what it calls this site`
  if (reason.includes('(typ)'))
    return isIdToken
      ? accessTokenWanted
      : 'set bearer.allowPlainJwt, if the SSO gives access tokens whose header does not say at+jwt'
  if (reason.includes('id token') || reason.includes('no access token') || reason.includes('no claim of an'))
    return accessTokenWanted
  if (reason.includes('expired') || reason.includes('too old'))
    return 'get a new token; where this one is new, compare the clocks of the SSO and of this machine'
  if (reason.includes('not valid yet') || reason.includes('future'))
    return 'compare the clocks of the SSO and of this machine'
  if (reason.includes('not a signed JSON Web Token'))
    return 'the SSO gives opaque tokens: have it give JSON Web Tokens for this site, or set bearer.accept to introspection'
  if (reason.includes('not active'))
    return 'it has expired, was revoked, or is of another server: get a new token, and check bearer.introspectionUrl'
  if (reason.includes('(cnf)')) return 'have the SSO give bearer tokens, without DPoP or a client certificate'
  if (reason.includes('key') || reason.includes('signature') || reason.includes('signed by'))
    return `get a new token, and check ${issuerOption}: the keys of that issuer do not fit`
  return accept === 'identity'
    ? 'get a new token with the scopes of a login, and make sure that it is of the same SSO'
    : 'compare the token with what the issuer promises of access tokens'
}

const accessTokenWanted = 'give the access token (access_token), and not the id token (id_token) beside it'

function claimsOf(token: string): Claims {
  try {
    return claimsInJwt(token)
  } catch {
    return {}
  }
}

function isSameButSlash(one: unknown, other: string | undefined): boolean {
  const bare = (text: string) => text.replace(/\/$/, '')
  return typeof one === 'string' && other !== undefined && one !== other && bare(one) === bare(other)
}
