import type { CryptoKey, JWTVerifyGetKey, JWTVerifyOptions } from 'jose'
import type { Claims } from '../person/person.ts'
import type { ExpectedJwt, VerifiedJwt } from './issuer.ts'
import type { JsonWebKey } from './issuer-keys.ts'
import { jwtHeader } from './jwt-header.ts'
import type { KeptAnswer } from './kept-answer.ts'

export interface VerifyOptions {
  /** The issuer identifier. */
  issuer: string
  keys: KeptAnswer<readonly JsonWebKey[]>
  now(): number
}

/** Algorithms with a public key. A shared secret, and `none`, prove nothing of the issuer (RFC 8725 section 3.1). */
export const algorithms: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
]
/** The difference of two clocks that is tolerated. */
export const clockToleranceSeconds = 60
const maxCharacters = 65_536
/** The most keys that are tried for a token whose header fits several. Trying one takes a good part of a millisecond. */
const maxTriedKeys = 8

/**
 * Verifies a JSON Web Token with the keys of its issuer. A token whose key is not among them makes the keys be fetched
 * anew, so that an issuer may change its keys at any time. jose is loaded with the first token.
 *
 * @throws S3ProxyError when the keys cannot be had
 * @see RFC 7519 section 7.2, RFC 8725
 */
export async function verifyJwt(
  jwt: string,
  expected: ExpectedJwt,
  { issuer, keys, now }: VerifyOptions,
): Promise<VerifiedJwt> {
  if (jwt.length > maxCharacters) return refused(`is longer than ${maxCharacters} characters`)
  const header = jwtHeader(jwt)
  if (header === undefined) return refused('is not a signed JSON Web Token')
  if (!algorithms.includes(header.alg)) return refused('is signed by an algorithm that is not taken')
  if (expected.types !== undefined && !(header.type !== undefined && expected.types.includes(header.type)))
    return refused('is of another type (typ)')
  const { decodeJwt } = await import('jose')
  // Tokens of other issuers are no reason to fetch keys.
  if (issuerIn(jwt, decodeJwt) !== issuer) return refused('is of another issuer (iss)')

  const options: JWTVerifyOptions = {
    ...{
      algorithms: [...algorithms],
      issuer,
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(now()),
    },
    audience: typeof expected.audience === 'string' ? expected.audience : [...expected.audience],
    ...(expected.requiredClaims && { requiredClaims: [...expected.requiredClaims] }),
    ...(expected.maxAgeSeconds !== undefined && { maxTokenAge: expected.maxAgeSeconds }),
  }
  const known = await keys.get()
  const first = await verifyWith(known, jwt, options)
  if (first.kind !== 'no-key') return verified(first, header.type)
  // A signature by a key that was replaced under the same name is wrong, and no reason to ask.
  if (first.isWrongSignature && header.hasKeyId) return refused(wrongSignature)
  const renewed = await keys.renew()
  const second = renewed === known ? first : await verifyWith(renewed, jwt, options)
  if (second.kind !== 'no-key') return verified(second, header.type)
  return refused(
    second.isWrongSignature ? wrongSignature : 'is signed by a key that the issuer does not have (kid)',
  )
}

const wrongSignature = 'has a signature that its issuer has not made'

type Outcome =
  | { kind: 'claims'; claims: Claims }
  | { kind: 'refused'; reason: string }
  | { kind: 'no-key'; isWrongSignature: boolean }

async function verifyWith(
  keys: readonly JsonWebKey[],
  jwt: string,
  options: JWTVerifyOptions,
): Promise<Outcome> {
  const { errors, jwtVerify } = await import('jose')
  const keyFor = await keySetOf(keys)
  const attempt = async (key: JWTVerifyGetKey | CryptoKey | Uint8Array): Promise<Outcome> => {
    const { payload } = await (typeof key === 'function'
      ? jwtVerify(jwt, key, options)
      : jwtVerify(jwt, key, options))
    return { kind: 'claims', claims: payload }
  }
  try {
    return await attempt(keyFor)
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return outcomeOf(error)
    let tried = 0
    for await (const key of error) {
      if (++tried > maxTriedKeys) break
      const outcome = await attempt(key).catch(outcomeOf)
      if (outcome.kind !== 'no-key') return outcome
    }
    return { kind: 'no-key', isWrongSignature: true }
  }
}

const keySets = new WeakMap<readonly JsonWebKey[], JWTVerifyGetKey>()

/** The keys as jose takes them, which imports each key once. */
async function keySetOf(keys: readonly JsonWebKey[]): Promise<JWTVerifyGetKey> {
  const made = keySets.get(keys)
  if (made !== undefined) return made
  const { createLocalJWKSet } = await import('jose')
  const keySet = createLocalJWKSet({ keys: [...keys] })
  keySets.set(keys, keySet)
  return keySet
}

/** Says in our words what jose has against a token. Its own messages may quote the token. */
function outcomeOf(error: unknown): Outcome {
  const { code, claim, reason } = error as { code?: string; claim?: string; reason?: string }
  switch (code) {
    case 'ERR_JWKS_NO_MATCHING_KEY':
      return { kind: 'no-key', isWrongSignature: false }
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return { kind: 'no-key', isWrongSignature: true }
    case 'ERR_JWT_EXPIRED':
      return refused(claim === 'iat' ? 'is too old (iat)' : 'has expired (exp)')
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      return refused(
        reason === 'missing' ? `has no claim ${claim}` : (claimReasons.get(claim) ?? `has a wrong ${claim}`),
      )
    case 'ERR_JWS_INVALID':
    case 'ERR_JWT_INVALID':
      return refused('is not a signed JSON Web Token')
    default:
      return refused('is signed by a key that cannot be used: RSA has to have 2048 bits')
  }
}

const claimReasons = new Map<string | undefined, string>([
  ['iss', 'is of another issuer (iss)'],
  ['aud', 'is for another audience (aud)'],
  ['nbf', 'is not valid yet (nbf)'],
  ['iat', 'is from the future (iat)'],
])

function verified(outcome: Exclude<Outcome, { kind: 'no-key' }>, type: string | undefined): VerifiedJwt {
  return outcome.kind === 'refused' ? outcome : { kind: 'verified', claims: outcome.claims, type }
}

function refused(reason: string): { kind: 'refused'; reason: string } {
  return { kind: 'refused', reason }
}

function issuerIn(jwt: string, decode: (jwt: string) => { iss?: unknown }): unknown {
  try {
    return decode(jwt).iss
  } catch {
    return undefined
  }
}
