import { S3ProxyError } from '../errors.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { Claims } from '../person/person.ts'
import type { OidcLogin } from '../session/session.ts'
import { withinDeadline } from '../waiting/within-deadline.ts'
import { claimsInJwt } from './claims-in-jwt.ts'

/** A verified id token. */
export interface IdToken {
  claims: Claims
  login: OidcLogin
}

export interface ExpectedIdToken {
  clientId: string
  /** The nonce of the login; `undefined` for the answer to a refresh token, whose id token needs none. */
  nonce: string | undefined
}

/** An id token that comes with the answer to a code was made for it a moment ago. */
const maxAgeSeconds = 600
/** The most characters of a subject (OpenID Connect Core 1.0 section 2). */
const maxSubject = 255

/**
 * Verifies an id token.
 *
 * @throws S3ProxyError `SSO_ID_TOKEN`, and those of `Issuer.verify`
 * @see OpenID Connect Core 1.0 sections 3.1.3.7 and 12.2
 */
export async function readIdToken(jwt: string, issuer: Issuer, expected: ExpectedIdToken): Promise<IdToken> {
  const { clientId, nonce } = expected
  const verified = await issuer.verify(jwt, {
    audience: clientId,
    requiredClaims: ['exp', 'iat', 'sub'],
    ...(nonce !== undefined && { maxAgeSeconds }),
  })
  if (verified.kind === 'refused') throw refusal(verified.reason)
  // jose rounds large numbers.
  const claims = claimsInJwt(jwt)
  const { aud, azp, sub, sid } = claims
  if (azp !== undefined && azp !== clientId) throw refusal('is for another application (azp)')
  if (azp === undefined && Array.isArray(aud) && aud.length > 1)
    throw refusal('has several audiences, and does not say which of them it is for (azp)')
  if (nonce !== undefined && claims.nonce !== nonce) throw refusal('has another nonce than the login')
  if (typeof sub !== 'string' || sub === '' || sub.length > maxSubject)
    throw refusal(`has a subject that is not a text of 1 to ${maxSubject} characters (sub)`)
  return {
    claims,
    login: { issuer: issuer.name, subject: sub, ...(typeof sid === 'string' && { sid }) },
  }
}

/** The longest wait for keys while a refresh is under way, which no other instance may begin meanwhile. */
const keysWaitMs = 1000

/**
 * Verifies the id token of the answer to a refresh token.
 *
 * @returns `undefined` where the keys of the issuer cannot be had now
 * @throws S3ProxyError `SSO_ID_TOKEN`
 */
export function readRefreshedIdToken(
  jwt: string,
  issuer: Issuer,
  clientId: string,
): Promise<IdToken | undefined> {
  const reading = readIdToken(jwt, issuer, { clientId, nonce: undefined }).catch((error: unknown) => {
    if (!(error instanceof S3ProxyError) || error.code === 'SSO_ID_TOKEN') throw error
    return undefined
  })
  return withinDeadline(reading, keysWaitMs, () => undefined)
}

/** @param what the end of a sentence about the token, as in `has expired` */
export function refusal(what: string): S3ProxyError {
  return new S3ProxyError(
    'SSO_ID_TOKEN',
    `the id token of the SSO ${what}: compare sso.issuer, sso.clientId and the clocks`,
  )
}
