import type { IncomingHttpHeaders } from 'node:http'
import type { OidcEndpoint } from '../oidc-endpoint.ts'
import type { SsoFault } from '../stand-in/sso-fault.ts'
import type { IdTokenFault } from './id-token-faults.ts'
import type { JwtWish } from './jwt.ts'
import type { KeyAlgorithm } from './stand-in-keys.ts'

export type ClientAuthentication = 'basic' | 'post' | 'none' | 'private_key_jwt'

/** The token endpoint by what is asked of it: `refresh` and `devicePoll` are calls with these two grants. */
export type OidcCall = OidcEndpoint | 'refresh' | 'devicePoll'

export interface OidcStandInOptions {
  /** A free one unless given; a closed stand-in can be replaced by a new one on its port. */
  port?: number
  /** The path of the issuer, such as `/realms/staff`, or `/` for an issuer that ends in a slash. */
  issuerPath?: string
  clientId?: string
  clientSecret?: string
  /** The one way of client authentication that it takes and publishes. `basic` unless given. */
  clientAuthentication?: ClientAuthentication
  /** Verifies assertions of `private_key_jwt`: a public key in PEM. */
  clientPublicKeyPem?: string
  /** The algorithm of the key that signs. `RS256` unless given. */
  algorithm?: KeyAlgorithm
}

/** Everything about it that is no fault of the line. `behave` changes it while it runs. */
export interface OidcBehaviour {
  /** The person who is signed in there, for logins and devices from now on. */
  subject: string
  /** Claims of the person beside `sub`. */
  claims: Record<string, unknown>
  /** Where the claims are told. */
  claimsAreIn: 'id-token' | 'userinfo' | 'both'
  /** The session there, in id tokens; none where undefined. */
  sid: string | undefined
  accessTokenSeconds: number
  idTokenSeconds: number
  /** Tells no `expires_in` where false. */
  hasExpiresIn: boolean
  /** Tells this `expires_in` in place of `accessTokenSeconds`. */
  expiresInSeconds: number | undefined
  hasRefreshTokens: boolean
  /** Gives a new refresh token with each refresh, and takes each one once. */
  rotatesRefreshTokens: boolean
  hasIdTokenInRefresh: boolean
  /** Makes access tokens JWTs (RFC 9068) for `audience`; opaque otherwise. */
  hasJwtAccessTokens: boolean
  audience: string
  /** Makes access, refresh and id tokens longer by so much. */
  tokenPaddingBytes: number
  /** The `sub` of userinfo; that of the person where undefined. */
  userinfoSubject: string | undefined
  /** `iss` of the callback (RFC 9207): the issuer where undefined; none, and none announced, where null. */
  callbackIssuer: string | null | undefined
  /** Members of the discovery document that differ; `undefined` takes one away. */
  discovery: Record<string, unknown>
  /** Keys in the key set beside its own, or in their place where `hidesKeys`. */
  moreKeys: readonly object[]
  hidesKeys: boolean
  /** Refuses a device authorization without a code challenge. */
  deviceRequiresPkce: boolean
  deviceIntervalSeconds: number
  deviceCodeSeconds: number
  /** Added to the header `date` of each answer: a server whose clock is wrong. */
  dateOffsetSeconds: number
  /** Each logout at the end-session endpoint ends with a page, without a way back, where true. */
  staysAfterLogout: boolean
}

type FaultOrScript<Fault> = Fault | ((ordinal: number, params: URLSearchParams) => Fault | undefined)

/**
 * The fault of each endpoint. A function is given the number of the call, from 1 since `misbehave`, and its parameters.
 * A fault that sends no part of the right answer (`status`, `html`, `json`, `redirect`, `reset`, `raw`, `hugeBytes`,
 * `dripEveryMs`, silence before the head) stands in its place: no code or refresh token is used up. The other ones
 * lose an answer whose work was done.
 */
export type OidcScript = { [call in OidcCall]?: FaultOrScript<SsoFault> } & {
  /** The fault of each id token. */
  idToken?: FaultOrScript<IdTokenFault>
}

export interface OidcRequest {
  endpoint: OidcEndpoint | 'other'
  method: string
  /** Byte for byte. */
  target: string
  headers: IncomingHttpHeaders
  /** The fields of the query, or of the body of a POST. */
  params: URLSearchParams
  /** Milliseconds of the clock when the request had come. */
  atMs: number
  /** 0 until a head was sent. */
  status: number
}

/** Tokens that it would give out, and variants of them: claims that are `undefined` are left out. */
export interface Mint {
  idToken(wish?: JwtWish): string
  /** An access token for `behaviour.audience` (RFC 9068). Introspection and userinfo do not know it. */
  accessToken(wish?: JwtWish): string
  /** A logout token with the subject and the `sid` of the behaviour (OpenID Connect Back-Channel Logout 1.0 section 2.4). */
  logoutToken(wish?: JwtWish): string
}

export interface DevicePeople {
  /** Lets the device in; the last one that asked unless a code is given. */
  approve(userCode?: string): void
  deny(userCode?: string): void
  expire(userCode?: string): void
  /** Answers the next polls with these errors, whatever the state, in their order. */
  answerNext(...errors: readonly string[]): void
}

/** A strict OpenID provider that knows one person, who is always signed in, and that misbehaves on command. */
export interface OidcStandIn {
  /** For `sso.issuer`. */
  readonly issuer: string
  readonly port: number
  readonly clientId: string
  readonly clientSecret: string
  /** A client without a secret: devices, and loopback redirects to any port and path. */
  readonly publicClientId: string
  /** For `sso.scope`. */
  readonly scope: string
  /** The addresses of the endpoints. */
  readonly urls: Readonly<Record<OidcEndpoint, string>>
  /** How often each endpoint was asked; `token` counts refreshes and polls of devices, too. */
  readonly calls: Readonly<Record<OidcCall, number>>
  readonly requests: readonly OidcRequest[]
  readonly behaviour: Readonly<OidcBehaviour>
  readonly mint: Mint
  readonly device: DevicePeople
  /** Tokens in the order in which they were given out. */
  readonly given: { readonly access: string[]; readonly refresh: string[]; readonly id: string[] }
  /** Tokens that were revoked at its endpoint. */
  readonly revoked: readonly string[]
  /** Id token hints of logouts, in their order; empty for a logout without. */
  readonly logouts: readonly string[]
  behave(change: Partial<OidcBehaviour>): void
  /** From now on, counting anew; nothing is good behaviour. */
  misbehave(script?: OidcScript): void
  /** Calls are taken and not looked at, until the returned function is called. */
  hold(call: OidcCall): () => void
  /** Resolves once `count` calls came, counted from the start. */
  callsReach(call: OidcCall, count: number): Promise<void>
  /** Signs from now on by a new key; the old ones stay in the key set, unless they are withdrawn. */
  rotateKeys(options?: { isOldWithdrawn?: boolean }): void
  /** Ends an access or refresh token; all of them unless given. */
  endToken(token?: string): void
  /** Closes the port until `open`. */
  close(): Promise<void>
  open(): Promise<void>
}
