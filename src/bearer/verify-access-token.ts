import type { Issuer } from '../issuer/issuer.ts'
import type { Claims } from '../person/person.ts'
import type { ClaimPlaces } from '../person/person-from-claims.ts'
import type { TokenQuestion } from './bearer-check.ts'
import { isLikeAccessToken, misuseOf } from './misuse-of.ts'
import { tokenPerson } from './token-person.ts'
import { hasScopes } from './token-scopes.ts'

export interface AccessTokenOptions {
  issuer: Pick<Issuer, 'name' | 'verify'>
  /** The token has to be made for one of them. */
  audience: readonly string[]
  scopes: readonly string[]
  /** Whether the header may say `JWT` in place of `at+jwt`, or nothing. */
  allowsPlainJwt: boolean
  places: ClaimPlaces
}

/**
 * Verifies access tokens that are JSON Web Tokens, with the keys of their issuer.
 *
 * @see RFC 9068 section 4
 */
export function verifyAccessToken(options: AccessTokenOptions): TokenQuestion {
  const { issuer, audience, scopes, allowsPlainJwt, places } = options
  const types = allowsPlainJwt ? {} : { types: ['at+jwt'] }
  return async (token) => {
    const verified = await issuer.verify(token, { audience, requiredClaims: ['exp', 'sub'], ...types })
    if (verified.kind === 'refused') return refused(verified.reason)
    const { claims, type } = verified
    const misuse = mistypeOf(type, claims) ?? misuseOf(claims)
    if (misuse !== undefined) return refused(misuse)
    if (typeof claims.sub !== 'string' || claims.sub === '') return refused('has no claim sub')
    if (!hasScopes(claims, scopes)) return { kind: 'unscoped' }
    const expiresAt = Number(claims.exp) * 1000
    return { kind: 'accepted', person: tokenPerson(claims, issuer.name, places), expiresAt }
  }
}

/** Says what is against the type of a token. The issuer has checked the type where only one is allowed. */
function mistypeOf(type: string | undefined, claims: Claims): string | undefined {
  if (type === 'at+jwt') return undefined
  if (type !== 'jwt' && type !== undefined) return 'is of another type (typ)'
  return isLikeAccessToken(claims) ? undefined : 'has no claim of an access token, such as scope or client_id'
}

/** @param reason the end of a sentence about the token */
function refused(reason: string) {
  return { kind: 'refused', reason: `the token ${reason}` } as const
}
