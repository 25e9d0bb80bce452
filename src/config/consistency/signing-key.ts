import { createPrivateKey, type KeyObject } from 'node:crypto'

/** A private key that signs JSON Web Tokens, and the algorithm that fits it. @see RFC 7518 section 3.1, RFC 8037 */
export interface SigningKey {
  key: KeyObject
  algorithm: 'RS256' | 'PS256' | 'ES256' | 'EdDSA'
}

export const notSigningKey =
  'expected a private key in PEM, without a passphrase: RSA of 2048 bits or more, EC P-256, or Ed25519'

/** Reads a private key. @returns `undefined` for a text that is no private key for signatures */
export function readSigningKey(pem: string): SigningKey | undefined {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    // The message of OpenSSL may hold some of the text.
    return undefined
  }
  const algorithm = algorithmOf(key)
  return algorithm === undefined ? undefined : { key, algorithm }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject) {
  const { modulusLength = 0, namedCurve, hashAlgorithm = 'sha256' } = asymmetricKeyDetails ?? {}
  if (asymmetricKeyType === 'rsa' && modulusLength >= 2048) return 'RS256'
  if (asymmetricKeyType === 'rsa-pss' && modulusLength >= 2048 && hashAlgorithm === 'sha256') return 'PS256'
  if (asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return 'ES256'
  return asymmetricKeyType === 'ed25519' ? 'EdDSA' : undefined
}
