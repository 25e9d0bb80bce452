import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'

export type KeyAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

export interface KeyPair {
  readonly kid: string
  readonly alg: KeyAlgorithm
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export interface StandInKeys {
  /** Signs. */
  readonly current: KeyPair
  /** The key set, the current one first. */
  readonly published: readonly KeyPair[]
  rotate(isOldWithdrawn: boolean): void
}

// A pair for RSA takes a tenth of a second, so all stand-ins of a process begin with the same.
const firstPairs = new Map<KeyAlgorithm, KeyPair>()

export function createStandInKeys(algorithm: KeyAlgorithm): StandInKeys {
  const first = firstPairs.get(algorithm) ?? createKeyPair(algorithm)
  firstPairs.set(algorithm, first)
  let published = [first]
  return {
    get current() {
      return published[0] as KeyPair
    },
    get published() {
      return published
    },
    rotate(isOldWithdrawn) {
      published = [createKeyPair(algorithm), ...(isOldWithdrawn ? [] : published)]
    },
  }
}

export function createKeyPair(algorithm: KeyAlgorithm): KeyPair {
  const { privateKey, publicKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : algorithm === 'EdDSA'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { kid: randomUUID(), alg: algorithm, privateKey, publicKey }
}

/** @see RFC 7517 section 4 */
export function toJwk({ kid, alg, publicKey }: KeyPair): object {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }
}
