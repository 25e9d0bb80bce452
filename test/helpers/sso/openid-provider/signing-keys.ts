import { generateKeyPairSync, type JsonWebKey, randomUUID } from 'node:crypto'

/** A private key of the provider, with the id that tokens name it by. */
export type SigningKey = JsonWebKey & { kid: string; alg: string; use: 'sig' }

/** Keys that sign, the newest first: the provider signs by the first of an algorithm, and publishes all. */
export interface SigningKeys {
  readonly keys: readonly SigningKey[]
  rotate(isOldWithdrawn: boolean): void
}

/** @returns a ring with one key for RS256 and one for ES256 */
export function createSigningKeys(): SigningKeys {
  let keys = createPair()
  return {
    get keys() {
      return keys
    },
    rotate(isOldWithdrawn) {
      keys = [...createPair(), ...(isOldWithdrawn ? [] : keys)]
    },
  }
}

function createPair(): SigningKey[] {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  return [
    { ...rsa.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' },
    { ...ec.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES256', use: 'sig' },
  ]
}
