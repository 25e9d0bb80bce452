import type { Grant } from '../session/session.ts'

const longestAheadMs = 300_000
/** About thirty years. */
const endlessMs = 1e12

/**
 * The times when a token expires and from when on it is renewed.
 *
 * @param expiresInSeconds `expires_in` of the answer with the token
 * @param askedAt time of the question, in milliseconds since 1970: the token cannot be older
 * @returns no times where the answer does not tell a life
 * @see RFC 6749 section 5.1
 */
export function tokenTimes(expiresInSeconds: unknown, askedAt: number): Pick<Grant, 'expiresAt' | 'renewAt'> {
  // Some servers write the number as a text, and some write 0 for a token without an end.
  const isNumber = typeof expiresInSeconds === 'number' || typeof expiresInSeconds === 'string'
  const lifeMs = isNumber ? Number(expiresInSeconds) * 1000 : 0
  if (!(lifeMs > 0 && lifeMs < endlessMs)) return {}
  const expiresAt = askedAt + lifeMs
  return { expiresAt, renewAt: expiresAt - aheadOf(lifeMs) }
}

/** The time before its end at which a token is renewed: a fifth of its life, and at most five minutes. */
export function aheadOf(lifeMs: number): number {
  return Math.min(longestAheadMs, lifeMs / 5)
}
