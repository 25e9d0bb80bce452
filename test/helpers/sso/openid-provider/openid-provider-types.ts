import type { OidcEndpoint } from '../oidc-endpoint.ts'

/** How a client of the provider says who it is, and what it is for. */
export type ClientName =
  /** A web application with its secret in the header; the client of `clientId` and `clientSecret`. */
  | 'basic'
  /** A web application with its secret in the form. */
  | 'post'
  /** A web application without a secret; PKCE is required of it. */
  | 'public'
  /** A web application that signs an assertion (`private_key_jwt`) by `privateKeyPem`. */
  | 'signed'
  /** A program at a terminal: device flow, or a loopback redirect to any port of 127.0.0.1; no secret. */
  | 'device'
  /** A program with a secret in the header: the client credentials grant, and introspection. */
  | 'service'

export interface ProviderClient {
  readonly clientId: string
  /** Empty for a client without. */
  readonly clientSecret: string
  /** PKCS #8, ES256, with the key id `client-key`; of `signed` only. */
  readonly privateKeyPem?: string
}

/** The claims of a person beside `sub`. A claim of `groups`, `email` and so on is told where its scope was asked for. */
export type Claims = Readonly<Record<string, unknown>>

export interface OpenidProviderOptions {
  /** 0, the default, takes a free one. */
  port?: number
  /** Metadata of a client that differ from the usual ones (OpenID Connect Dynamic Client Registration 1.0 section 2). */
  clients?: { [name in ClientName]?: Readonly<Record<string, unknown>> }
  clientSecret?: string
  /** Claims by name of the person; see `usualPeople`. */
  people?: Readonly<Record<string, Claims>>
  /** Lifetimes in whole seconds; an hour unless given, ten minutes for device codes, a day for refresh tokens and sessions. */
  accessTokenSeconds?: number
  idTokenSeconds?: number
  refreshTokenSeconds?: number
  deviceCodeSeconds?: number
  sessionSeconds?: number
  /** Gives no refresh token to anybody. Otherwise every client that registered the grant gets one. */
  hasNoRefreshTokens?: boolean
  /** Gives a new refresh token with each refresh; the old one shown again ends them all. True unless given. */
  rotatesRefreshTokens?: boolean
  /** Puts the claims into the id token. Otherwise they are told by userinfo alone, as the standard has it. */
  hasClaimsInIdToken?: boolean
  /** The algorithm that signs id tokens. `RS256` unless given. */
  idTokenAlgorithm?: 'RS256' | 'ES256'
  /** Has no device flow, as many providers. */
  hasNoDeviceFlow?: boolean
  /** Whether each client has to use PKCE, and not the public ones alone. True unless given. */
  requiresPkce?: boolean
}

/** One answer of the token endpoint. */
export interface TokenCall {
  grantType: string
  clientId: string | undefined
  /** The error code of the answer; none where tokens were given. */
  error?: string
}

/** One logout token that was sent to a client. */
export interface SentLogout {
  clientId: string
  person: string
  sid: string | undefined
  /** Why the client did not take it. */
  error?: string
}

/** An OpenID provider on 127.0.0.1, certified, with all of its features. */
export interface OpenidProvider {
  /** For `sso.issuer`; without a slash at its end. */
  readonly issuer: string
  readonly port: number
  /** Those of the client `basic`. */
  readonly clientId: string
  readonly clientSecret: string
  readonly clients: Readonly<Record<ClientName, ProviderClient>>
  /** For `sso.scope`: everything that it knows of a person. */
  readonly scope: string
  /** Requests so far. */
  readonly calls: Readonly<Record<OidcEndpoint, number>>
  /** The calls of the token endpoint, in their order. */
  readonly tokenCalls: readonly TokenCall[]
  /** Logout tokens that it sent, in their order. */
  readonly sentLogouts: readonly SentLogout[]
  /** Registers one more callback for all web applications. */
  allowRedirect(redirectUri: string): void
  /** Registers one more address to come back to after the logout. */
  allowPostLogoutRedirect(uri: string): void
  /**
   * Registers the address that gets logout tokens. Sessions that begin before get none.
   *
   * @param isWithSid whether id tokens and logout tokens have a `sid`; true unless given
   */
  sendLogoutTokensTo(uri: string, isWithSid?: boolean): void
  /** Changes somebody's claims, for tokens and answers from now on. */
  setClaims(person: string, claims: Claims): void
  /** Signs from now on by a new key. The old ones stay in the key set, unless they are withdrawn. */
  rotateKeys(options?: { isOldWithdrawn?: boolean }): Promise<void>
  /** Every access token so far becomes invalid. */
  revokeTokens(): void
  /** The number of refresh tokens that are valid. */
  countRefreshTokens(): number
  /** Every refresh token so far becomes invalid. */
  revokeRefreshTokens(): void
  /** Everybody must sign in again; no client is told. Refresh tokens without `offline_access` end with it. */
  endSessions(): void
  /** Ends somebody's sessions as an administrator would: each client gets its logout token. */
  signOut(person: string): Promise<void>
  /** Closes the port until `open`. */
  close(): Promise<void>
  open(): Promise<void>
}
