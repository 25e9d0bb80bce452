import type { Claims } from '../person/person.ts'
import { parseClaims } from './parse-claims.ts'

/** Reads the claims of a token that was verified before. */
export function claimsInJwt(jwt: string): Claims {
  const [, payload = ''] = jwt.split('.')
  return parseClaims(Buffer.from(payload, 'base64url').toString(), 'sso.issuer')
}
