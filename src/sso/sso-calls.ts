import type { Person } from '../person/person.ts'
import type { Grant } from '../session/session.ts'

/**
 * The calls to an OAuth 2.0 server over the network.
 *
 * @template Got what an answer of the token endpoint has
 * @template Told what the identity endpoint says of a person
 */
export interface SsoCalls<Got = Tokens, Told = { person: Person }> {
  /** Asks the token endpoint for the tokens of a code. @see RFC 6749 section 4.1.3 */
  exchangeCode(login: { code: string; codeVerifier: string; redirectUri: string }): Promise<Got>

  /** Asks the token endpoint for new tokens. The refresh token may be spent by it. @see RFC 6749 section 6 */
  refresh(refreshToken: string): Promise<Refreshed<Got>>

  /**
   * Asks the identity endpoint who an access token belongs to, and so whether it is still valid.
   *
   * @param person the one whom it belonged to, where that is known
   */
  identify(accessToken: string, person?: Person): Promise<Identified<Told>>
}

/** Tokens of one answer of the token endpoint, and their times. */
export type Tokens = Pick<Grant, 'accessToken' | 'refreshToken' | 'expiresAt' | 'renewAt'>

/** `rejected`: the server does not take the refresh token, now or ever. */
export type Refreshed<Got = Tokens> = { kind: 'known'; tokens: Got } | { kind: 'rejected' }

/** `rejected`: the server does not take the token. */
export type Identified<Told = { person: Person }> = ({ kind: 'known' } & Told) | { kind: 'rejected' }

/** The part of a request's record that notes calls. */
export interface CallRecord {
  /** Adds the duration of `work`. */
  timed<T>(phase: 'ssoMs', work: Promise<T>): Promise<T>
}
