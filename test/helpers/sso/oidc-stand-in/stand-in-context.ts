import type { OidcEndpoint } from '../oidc-endpoint.ts'
import type { DeviceCodes } from './device-codes.ts'
import type { IdTokenFault } from './id-token-faults.ts'
import type { Claims } from './jwt.ts'
import type { ClientAuthentication, OidcBehaviour } from './oidc-stand-in-types.ts'
import type { StandInKeys } from './stand-in-keys.ts'
import type { TokenBook } from './token-book.ts'

/** Everything that the endpoints share. */
export interface StandInContext {
  readonly issuer: string
  readonly urls: Readonly<Record<OidcEndpoint, string>>
  readonly client: {
    readonly id: string
    readonly secret: string
    readonly authentication: ClientAuthentication
    readonly publicKeyPem: string | undefined
  }
  readonly publicClientId: string
  readonly behaviour: OidcBehaviour
  readonly keys: StandInKeys
  readonly book: TokenBook
  readonly devices: DeviceCodes
  /** Ids of assertions that were used. */
  readonly usedAssertions: Set<string>
  readonly revoked: string[]
  readonly logouts: string[]
  /** The fault of the id token that is made next. */
  idTokenFault(params: URLSearchParams): IdTokenFault | undefined
}

/** A request as the endpoints see it. */
export interface EndpointCall {
  readonly method: string
  readonly authorization: string | undefined
  readonly params: URLSearchParams
}

export type EndpointAnswer =
  | { status: number; json: Claims | readonly unknown[]; headers?: Record<string, string> }
  | { redirect: string; status?: number }
  | { page: string }

/** @see RFC 6749 section 5.2 */
export function refused(error: string, status = 400): EndpointAnswer {
  return { status, json: { error } }
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
