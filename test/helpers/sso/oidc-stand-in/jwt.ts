import { constants, createHmac, sign, verify } from 'node:crypto'
import { createKeyPair, type KeyAlgorithm, type KeyPair } from './stand-in-keys.ts'

export type Claims = Readonly<Record<string, unknown>>

/** A token that differs from the usual one. A member that is `undefined` is left out. */
export interface JwtWish {
  header?: Claims
  claims?: Claims
  /**
   * `none` has no signature and `alg: none`. `hs256-public-key` signs with the public key in PEM as the secret.
   * `another-key` signs by a key that nobody knows, under the name of the right one. `broken` changes one byte of
   * the signature. `right` unless given.
   */
  signing?: 'right' | 'none' | 'hs256-public-key' | 'another-key' | 'broken'
}

/** @see RFC 7519 section 7.1 */
export function createJwt(key: KeyPair, header: Claims, claims: Claims, wish: JwtWish = {}): string {
  const { signing = 'right' } = wish
  const algorithm = signing === 'none' ? 'none' : signing === 'hs256-public-key' ? 'HS256' : key.alg
  const text = [
    { alg: algorithm, kid: key.kid, ...header, ...wish.header },
    { ...claims, ...wish.claims },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${text}.${signatureOf(text, key, signing).toString('base64url')}`
}

/** @returns whether the token has a signature by this key. Nothing else is looked at. */
export function isSignedBy(jwt: string, { alg, publicKey }: Pick<KeyPair, 'alg' | 'publicKey'>): boolean {
  const [header = '', payload = '', signature = ''] = jwt.split('.')
  const { hash, options } = methodOf(alg)
  const data = Buffer.from(`${header}.${payload}`)
  return verify(hash, data, { key: publicKey, ...options }, Buffer.from(signature, 'base64url'))
}

/** @returns header and claims without a look at the signature; `undefined` for text that is no JWT */
export function readJwt(
  jwt: string,
): { header: Record<string, unknown>; claims: Record<string, unknown> } | undefined {
  try {
    const [header, claims] = jwt
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
    return { header, claims }
  } catch {
    return undefined
  }
}

function signatureOf(text: string, key: KeyPair, signing: NonNullable<JwtWish['signing']>): Buffer {
  if (signing === 'none') return Buffer.alloc(0)
  if (signing === 'hs256-public-key') {
    const pem = key.publicKey.export({ type: 'spki', format: 'pem' })
    return createHmac('sha256', pem).update(text).digest()
  }
  const { privateKey, alg } = signing === 'another-key' ? createKeyPair(key.alg) : key
  const { hash, options } = methodOf(alg)
  const signature = sign(hash, Buffer.from(text), { key: privateKey, ...options })
  if (signing === 'broken') signature[0] = (signature[0] ?? 0) ^ 1
  return signature
}

function methodOf(algorithm: KeyAlgorithm) {
  const hash = algorithm === 'EdDSA' ? null : 'sha256'
  const options =
    algorithm === 'ES256'
      ? ({ dsaEncoding: 'ieee-p1363' } as const)
      : algorithm === 'PS256'
        ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
        : {}
  return { hash, options }
}
