import { randomUUID } from 'node:crypto'
import type { Claims, JwtWish } from './jwt.ts'

/**
 * Makes a wrong id token of what the right one would say.
 *
 * @param claims those of the right one
 * @param create signs a token that differs by the wish
 */
type SpoilIdToken = (claims: Claims, create: (wish: JwtWish) => string) => string

/** Faults that each make an id token worthless. A test may go through all of them. */
export const idTokenFaults = {
  'alg-none': (_claims, create) => create({ signing: 'none' }),
  'hs256-with-public-key': (_claims, create) => create({ signing: 'hs256-public-key' }),
  'signed-by-another-key': (_claims, create) => create({ signing: 'another-key' }),
  'broken-signature': (_claims, create) => create({ signing: 'broken' }),
  'unknown-kid': (_claims, create) => create({ header: { kid: randomUUID() }, signing: 'another-key' }),
  expired: (claims, create) => create({ claims: shiftedBy(claims, -7200) }),
  'not-yet-valid': (claims, create) => create({ claims: { nbf: Number(claims.iat) + 3600 } }),
  'no-exp': (_claims, create) => create({ claims: { exp: undefined } }),
  'no-iat': (_claims, create) => create({ claims: { iat: undefined } }),
  'wrong-issuer': (_claims, create) => create({ claims: { iss: 'http://127.0.0.1:9' } }),
  'other-slash-of-issuer': ({ iss }, create) => create({ claims: { iss: withOtherSlash(`${iss}`) } }),
  'wrong-audience': (_claims, create) => create({ claims: { aud: 'another-client' } }),
  'more-audiences-and-wrong-azp': ({ aud }, create) =>
    create({ claims: { aud: [aud, 'another-client'], azp: 'another-client' } }),
  'wrong-azp': (_claims, create) => create({ claims: { azp: 'another-client' } }),
  'wrong-nonce': (_claims, create) => create({ claims: { nonce: 'another-nonce' } }),
  'no-nonce': (_claims, create) => create({ claims: { nonce: undefined } }),
  'no-subject': (_claims, create) => create({ claims: { sub: undefined } }),
  'no-jwt': () => 'not-a-jwt',
  encrypted: (_claims, create) => `${create({ header: { alg: 'RSA-OAEP', enc: 'A256GCM' } })}.AA.AA`,
} satisfies Record<string, SpoilIdToken>

export type IdTokenFault = keyof typeof idTokenFaults

/** @returns the issuer with a slash at its end where it has none, and the other way round */
export function withOtherSlash(issuer: string): string {
  return issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`
}

function shiftedBy({ iat, exp }: Claims, seconds: number): Claims {
  return { iat: Number(iat) + seconds, exp: Number(exp) + seconds }
}
