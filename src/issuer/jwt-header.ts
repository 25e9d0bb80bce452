import { jsonObjectIn } from '../http/json-object.ts'

/** The members of a header that decide how a token is verified. */
export interface JwtHeader {
  alg: string
  hasKeyId: boolean
  /** In lower case, without `application/` (RFC 7515 section 4.1.9). */
  type: string | undefined
}

/** Reads the header of a signed JSON Web Token. @returns `undefined` where there is none, as in an encrypted one */
export function jwtHeader(jwt: string): JwtHeader | undefined {
  const [encoded = '', ...others] = jwt.split('.')
  if (others.length !== 2) return undefined
  const { alg, kid, typ } = jsonObjectIn(Buffer.from(encoded, 'base64url').toString()) ?? {}
  if (typeof alg !== 'string') return undefined
  return { alg, hasKeyId: kid !== undefined, type: typeof typ === 'string' ? typeIn(typ) : undefined }
}

function typeIn(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '')
}
