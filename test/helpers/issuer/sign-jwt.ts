import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

export interface TestKey {
  privateKey: KeyObject
  publicKey: KeyObject
  alg: string
  kid?: string | undefined
  /** The public key, as a key set has it. */
  jwk: Record<string, unknown>
}

/** Makes a key of an issuer. @param kid none where it is `undefined` */
export function makeKey(alg: string, kid?: string): TestKey {
  const { privateKey, publicKey } = pairOf(alg)
  const jwk = { ...publicKey.export({ format: 'jwk' }), use: 'sig', alg, ...(kid !== undefined && { kid }) }
  return { privateKey, publicKey, alg, kid, jwk }
}

function pairOf(alg: string) {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519')
  const namedCurve = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[alg]
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve })
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

/** Signs claims. @param header replaces members of the usual header; `undefined` leaves one out */
export function signJwt(claims: object, key: TestKey, header: Record<string, unknown> = {}): string {
  const { alg, kid, privateKey } = key
  const signed = `${encode({ alg, typ: 'JWT', kid, ...header })}.${encode(claims)}`
  const isPss = alg.startsWith('PS')
  const signature = sign(alg === 'EdDSA' ? null : `sha${alg.slice(2)}`, Buffer.from(signed), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
    ...(isPss && { padding: 6, saltLength: Number(alg.slice(2)) / 8 }),
  })
  return `${signed}.${signature.toString('base64url')}`
}

/** Signs claims with a shared secret, as who mistakes a public key for one does. */
export function signWithSecret(claims: object, secret: string, header: Record<string, unknown> = {}): string {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** Writes claims without a signature. */
export function unsignedJwt(claims: object, alg = 'none'): string {
  return `${encode({ alg, typ: 'JWT' })}.${encode(claims)}.`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
