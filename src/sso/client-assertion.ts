import { constants, sign } from 'node:crypto'
import type { SigningKey } from '../config/consistency/signing-key.ts'

export interface ClientAssertionOptions {
  clientId: string
  /** The address of the token endpoint, as the SSO knows itself. */
  audience: string
  key: SigningKey
  /** Returns a text that it has never returned before. */
  newId(): string
  now(): number
}

/** Lifetime of an assertion, which covers one call and clocks that differ. */
const lifetimeSeconds = 60

/**
 * Makes the JSON Web Tokens that authenticate the application at the token endpoint, in place of a secret. Each is for
 * one call.
 *
 * @see RFC 7523 section 3, RFC 7515 section 7.1
 */
export function createClientAssertion(options: ClientAssertionOptions): () => string {
  const { clientId, audience, key } = options
  const header = encode({ alg: key.algorithm, typ: 'JWT' })
  return () => {
    const nowSeconds = Math.floor(options.now() / 1000)
    const claims = {
      iss: clientId,
      sub: clientId,
      aud: audience,
      jti: options.newId(),
      iat: nowSeconds,
      exp: nowSeconds + lifetimeSeconds,
    }
    const signed = `${header}.${encode(claims)}`
    return `${signed}.${signatureOf(signed, key)}`
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function signatureOf(text: string, { key, algorithm }: SigningKey): string {
  const padding = algorithm === 'PS256' ? pssPadding : {}
  const hash = algorithm === 'EdDSA' ? null : 'sha256'
  // JSON Web Signatures hold the two numbers of ECDSA side by side, not in DER (RFC 7518 section 3.4).
  const signature = sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363', ...padding })
  return signature.toString('base64url')
}

const pssPadding = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
}
