import type { Grant } from '../session/session.ts'
import type { CallRecord } from './sso-calls.ts'

/** The organisation's single sign-on. The kinds of SSO differ in how they do these five things. */
export interface SsoClient {
  /**
   * Begins a login.
   *
   * @returns the address that a browser is sent to
   * @see RFC 6749 section 4.1.1, RFC 7636 section 4.3
   */
  begin(login: BegunLogin): string | Promise<string>

  /**
   * Finishes a login: gives the code for a token, and says who has signed in.
   *
   * @param record of the request that waits for it
   * @throws S3ProxyError `SSO_REFUSED_CODE`, `SSO_FORBADE_CODE`, `SSO_INVALID_GRANT`, `SSO_UNAVAILABLE`,
   *   `SSO_BUSY`, `SSO_BAD_ANSWER`, `SSO_TIMEOUT`
   * @see RFC 6749 section 4.1.3
   */
  finish(login: ReturnedLogin, record: CallRecord): Promise<Granted>

  /**
   * Asks whether the SSO still stands by a grant, and what it says of the person now.
   *
   * @throws S3ProxyError `SSO_UNAVAILABLE`, `SSO_BUSY`, `SSO_BAD_ANSWER`, `SSO_TIMEOUT`
   */
  check(grant: CheckedGrant): Promise<Granted>

  /**
   * Uses the refresh token of a grant once, which may spend it. An answer without a refresh token or an id token keeps
   * the one that there is. `rejected`: the SSO takes the refresh token no more.
   *
   * The person is the one whom the answer names, or else stays the same; `check` asks for more.
   *
   * @throws S3ProxyError `SSO_UNAVAILABLE`, `SSO_BUSY`, `SSO_BAD_ANSWER`, `SSO_TIMEOUT`
   * @see RFC 6749 section 6, OpenID Connect Core 1.0 section 12
   */
  renew(grant: Grant): Promise<Granted>

  /**
   * Ends what the SSO has given, as far as it can. It never rejects, because the session here has ended already.
   *
   * @param grant of the session that has ended, where there was one
   * @returns the address where the SSO ends its own session; `undefined` where none is known
   */
  end(grant: Grant | undefined, wayBack: LogoutWayBack): Promise<string | undefined>
}

export interface BegunLogin {
  state: string
  codeVerifier: string
  redirectUri: string
}

export interface ReturnedLogin {
  code: string
  codeVerifier: string
  /** The one that the login was begun with. */
  redirectUri: string
  /** The issuer that the callback names (RFC 9207 section 2). */
  issuer?: string | undefined
}

/** The way back from a logout at the SSO. */
export interface LogoutWayBack {
  /** The absolute address that browsers are sent back to. */
  returnTo: string
  /** A text that the SSO adds to it. */
  state: string
}

/** A grant whose person may be unknown, as that of a session of the original. */
export type CheckedGrant = Pick<Grant, 'accessToken'> & Partial<Grant>

/** `rejected`: the SSO does not take the token that it gave. */
export type Granted = { kind: 'known'; grant: Grant } | { kind: 'rejected' }
