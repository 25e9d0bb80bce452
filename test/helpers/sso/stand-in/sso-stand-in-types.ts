import type { IncomingHttpHeaders } from 'node:http'
import type { SsoFault } from './sso-fault.ts'

export type SsoEndpoint = 'authorize' | 'token' | 'me'

export interface SsoStandInOptions {
  /** A free one unless given; a closed stand-in can be replaced by a new one on its port. */
  port?: number
  clientId?: string
  clientSecret?: string
  /** The claims that `me` tells of everybody who signs in. */
  claims?: Record<string, unknown>
  /** More people, by name: the browser that signs one of them in sends `person=NAME` as its cookie. */
  people?: Record<string, Record<string, unknown>>
  /** Whether there are refresh tokens, and whether each is for one use. `none` unless given. */
  refreshTokens?: RefreshTokens
  /** The life of access tokens, which a test may change. Ten hours unless given. */
  expiresInSeconds?: number
}

export type RefreshTokens = 'none' | 'kept' | 'rotating'

/** The fault of each endpoint. A function is given the number of the request, from 1. */
export type SsoScript = {
  [endpoint in SsoEndpoint]?: SsoFault | ((ordinal: number) => SsoFault | undefined)
} & {
  /** In place of that of `token`, for calls with a refresh token. */
  refresh?: SsoFault
}

export interface SsoRequest {
  endpoint: SsoEndpoint | 'other'
  method: string
  /** Byte for byte. */
  target: string
  headers: IncomingHttpHeaders
  /** The fields of the query or, for the token endpoint, of the body. */
  params: URLSearchParams
  /** 0 until a head was sent. */
  status: number
}

/** An SSO that knows one client, and people who are always signed in: `authorize` redirects back at once. */
export interface SsoStandIn {
  /** With a trailing slash. */
  readonly url: string
  readonly port: number
  readonly clientId: string
  readonly clientSecret: string
  /** How often each endpoint was asked. */
  readonly calls: Record<SsoEndpoint, number>
  readonly requests: SsoRequest[]
  /** Access tokens in the order in which they were given out, with the revoked ones. */
  readonly tokens: string[]
  /** Codes likewise. */
  readonly codes: string[]
  /** From now on, counting anew; nothing is good behaviour. */
  misbehave(script?: SsoScript): void
  /** `authorize` answers nothing until the returned function is called. */
  holdAuthorize(): () => void
  /** Resolves once `count` requests of an endpoint came, counted from the start. */
  callsReach(endpoint: SsoEndpoint, count: number): Promise<void>
  /** How often a refresh token came. */
  readonly refreshes: number
  /** The claims of `me` from now on. */
  claims: Record<string, unknown>
  /** The life of the access tokens that are given from now on. */
  expiresInSeconds: number
  /** Refresh tokens that were given out so far get `invalid_grant`. */
  revokeRefreshTokens(): void
  /** `me` answers 401 for it, or for all tokens given out so far. */
  revoke(token?: string): void
  /** Makes a token as if somebody had signed in elsewhere. */
  issueToken(): string
  close(): Promise<void>
}
