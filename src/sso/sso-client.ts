import type { Person } from '../person/person.ts'

/** The organisation's single sign-on, as an OAuth 2.0 authorization server with a page about the user. */
export interface SsoClient {
  /** Where a browser is sent to sign in. @see RFC 6749 section 4.1.1, RFC 7636 section 4.3 */
  authorizeUrl(login: { state: string; codeVerifier: string; redirectUri: string }): string

  /**
   * Code for access token.
   *
   * @throws S3ProxyError `SSO_REFUSED_CODE`, `SSO_FORBADE_CODE`, `SSO_INVALID_GRANT`, `SSO_UNAVAILABLE`,
   *   `SSO_BUSY`, `SSO_BAD_ANSWER`, `SSO_TIMEOUT`
   * @see RFC 6749 section 4.1.3
   */
  exchangeCode(login: { code: string; codeVerifier: string; redirectUri: string }): Promise<string>

  /**
   * Asks who an access token belongs to, and so whether it is still valid.
   *
   * @param person whom it belonged to, where that is known
   * @throws S3ProxyError `SSO_UNAVAILABLE`, `SSO_BUSY`, `SSO_BAD_ANSWER`, `SSO_TIMEOUT`
   */
  identify(accessToken: string, person?: Person): Promise<Identity>
}

/** Whom a token belongs to, or that the SSO does not take it any more. */
export type Identity = { kind: 'known'; person: Person } | { kind: 'rejected' }
