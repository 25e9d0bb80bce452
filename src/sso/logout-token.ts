import { isJsonObject } from '../http/json-object.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { Claims } from '../person/person.ts'

/** A logout token that its issuer has made for this client. */
export interface LogoutToken {
  /** The `jti`, by which a token that comes again is known. */
  readonly id: string
  /** The person; `undefined` where only the session at the provider is named. */
  readonly subject: string | undefined
  readonly sid: string | undefined
}

export type ReadLogoutToken =
  | { kind: 'verified'; token: LogoutToken }
  | { kind: 'refused' /** The end of a sentence about the token. */; reason: string }

/** The longest time since a token was made. Providers send it at once. */
const maxAgeSeconds = 300
/** The time in which a token that was taken could be taken again: its age, and the difference of clocks both ways. */
export const logoutTokenLifeMs = (maxAgeSeconds + 2 * 60) * 1000

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'
/** Older providers give the token no type, or that of every JSON Web Token. */
const types = new Set([undefined, 'jwt', 'logout+jwt'])

/**
 * Verifies a logout token.
 *
 * @throws S3ProxyError when the keys of the issuer cannot be had
 * @see OpenID Connect Back-Channel Logout 1.0 section 2.6
 */
export async function readLogoutToken(
  jwt: string,
  issuer: Pick<Issuer, 'verify'>,
  clientId: string,
): Promise<ReadLogoutToken> {
  const requiredClaims = ['iat', 'jti', 'events']
  const verified = await issuer.verify(jwt, { audience: clientId, requiredClaims, maxAgeSeconds })
  if (verified.kind === 'refused') return verified
  if (!types.has(verified.type)) return refused('is of another type (typ)')
  const { claims } = verified
  if (!isLogoutEvent(claims.events)) return refused('tells of another event than a logout (events)')
  // An id token has one, and must not pass for a logout token.
  if (claims.nonce !== undefined) return refused('has a nonce')
  const { jti: id, sub: subject, sid } = claims
  if (!isName(id)) return refused('has no text as its id (jti)')
  if (!isNameOrMissing(subject)) return refused('has a subject that is no text (sub)')
  if (!isNameOrMissing(sid)) return refused('has a session that is no text (sid)')
  if (subject === undefined && sid === undefined) return refused('names nobody (sub, sid)')
  return { kind: 'verified', token: { id, subject, sid } }
}

function refused(reason: string): ReadLogoutToken {
  return { kind: 'refused', reason }
}

function isLogoutEvent(events: unknown): boolean {
  if (typeof events !== 'object' || events === null || !Object.hasOwn(events, logoutEvent)) return false
  return isJsonObject((events as Claims)[logoutEvent])
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isNameOrMissing(value: unknown): value is string | undefined {
  return value === undefined || isName(value)
}
