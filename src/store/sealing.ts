import { createCipheriv, createDecipheriv, createHmac, hash, randomBytes } from 'node:crypto'

/**
 * A random secret that only a browser holds. Its values are stored under its hash and encrypted with a key derived
 * from it, so nobody can read them with the store alone.
 */
export type Secret = string & { readonly brand: 'Secret' }

const secretShape = /^[A-Za-z0-9_-]{43}$/

/** 256 random bits in base64url. */
export function newSecret(): Secret {
  return randomBytes(32).toString('base64url') as Secret
}

/** @returns `undefined` when the text does not have the form of a secret */
export function toSecret(text: string | undefined): Secret | undefined {
  return text !== undefined && isSecret(text) ? text : undefined
}

/** Tells whether the text has the form of a secret. */
export function isSecret(text: string): text is Secret {
  return secretShape.test(text)
}

/** The name under which a store keeps the values of a secret: its SHA-256 in base64url. */
export function nameOf(secret: Secret): string {
  return hash('sha256', secret, 'base64url')
}

/**
 * Encrypts and authenticates a text.
 *
 * @param purpose the kind of value; a value that was sealed for another purpose does not open
 * @returns base64url of a version byte, 96 bits of nonce, 128 bits of tag, AES-256-GCM ciphertext
 */
export function seal(text: string, secret: Secret, purpose: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(secret, purpose), nonce)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([version, nonce, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** Decrypts. @returns `undefined` for everything that `seal` did not make with this secret for this purpose */
export function unseal(value: string, secret: Secret, purpose: string): string | undefined {
  const bytes = Buffer.from(value, 'base64url')
  if (bytes.length < 29 || bytes[0] !== version[0]) return undefined
  // Node's decoder ignores some bits and characters. Only the one canonical text of these bytes is accepted.
  if (bytes.toString('base64url') !== value) return undefined
  try {
    const decipher = createDecipheriv('aes-256-gcm', sealingKey(secret, purpose), bytes.subarray(1, 13), {
      authTagLength: 16,
    })
    decipher.setAuthTag(bytes.subarray(13, 29))
    const text = decipher.update(bytes.subarray(29), undefined, 'utf8')
    return text + decipher.final('utf8')
  } catch {
    return undefined
  }
}

const version = Buffer.from([1])

/** Derives the key. The secret is uniformly random, so one step of a derivation is enough (RFC 5869 section 3.3). */
function sealingKey(secret: Secret, purpose: string): Buffer {
  return createHmac('sha256', secret).update(`s3proxy ${purpose}`).digest()
}
