import { createPublicKey } from 'node:crypto'
import { isSignedBy, readJwt } from './jwt.ts'
import { type EndpointCall, nowSeconds, type StandInContext } from './stand-in-context.ts'
import type { KeyAlgorithm } from './stand-in-keys.ts'

/**
 * Finds out which client asks, by the one way that is registered for it. The public client names itself.
 *
 * @returns the id of the client; `undefined` for anybody else, or for more than one proof
 * @see RFC 6749 section 2.3, RFC 7523 section 3
 */
export function authenticateClient(
  context: StandInContext,
  { authorization, params }: EndpointCall,
): string | undefined {
  const { client, publicClientId } = context
  const [secret, assertion] = [params.get('client_secret'), params.get('client_assertion')]
  const proofs = [authorization, secret, assertion].filter((proof) => proof !== undefined && proof !== null)
  if (proofs.length > 1) return undefined
  const named = params.get('client_id')
  if (proofs.length === 0) {
    if (named === publicClientId) return publicClientId
    return client.authentication === 'none' && named === client.id ? client.id : undefined
  }
  if (client.authentication === 'basic') {
    const [id, given] = readBasic(authorization)
    const isSame = named === null || named === client.id
    return id === client.id && given === client.secret && isSame ? client.id : undefined
  }
  if (client.authentication === 'post')
    return named === client.id && secret === client.secret ? client.id : undefined
  if (client.authentication === 'private_key_jwt' && assertion !== null)
    return isRightAssertion(context, params.get('client_assertion_type'), assertion) ? client.id : undefined
  return undefined
}

/** Id and secret, form-decoded (RFC 6749 section 2.3.1). */
function readBasic(authorization = ''): string[] {
  const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(authorization)?.[1] ?? ''
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  return [text.slice(0, colon), text.slice(colon + 1)].map((part) => {
    try {
      return decodeURIComponent(part.replaceAll('+', ' '))
    } catch {
      return ''
    }
  })
}

function isRightAssertion(context: StandInContext, type: string | null, assertion: string): boolean {
  const { client, usedAssertions, urls, issuer } = context
  const jwt = readJwt(assertion)
  if (jwt === undefined || client.publicKeyPem === undefined) return false
  const { iss, sub, aud, exp, jti } = jwt.claims
  const lifeSeconds = Number(exp) - nowSeconds()
  const isSound =
    type === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' &&
    iss === client.id &&
    sub === client.id &&
    [urls.token, issuer].includes(String(aud)) &&
    lifeSeconds > 0 &&
    lifeSeconds <= 300 &&
    typeof jti === 'string' &&
    !usedAssertions.has(jti) &&
    isSignedBy(assertion, {
      alg: jwt.header.alg as KeyAlgorithm,
      publicKey: createPublicKey(client.publicKeyPem),
    })
  if (isSound) usedAssertions.add(jti as string)
  return isSound
}
