import type { Person } from '../person/person.ts'

/**
 * Tells who a bearer token belongs to. A token that is remembered is answered at once, without a promise.
 *
 * @throws S3ProxyError `BEARER_UNAVAILABLE` where the server that knows the token cannot be asked
 */
export type BearerCheck = (token: string) => BearerVerdict | Promise<BearerVerdict>

/** `unscoped`: the token is valid, and lacks a scope of `bearer.scopes`. */
export type BearerVerdict =
  | {
      readonly kind: 'accepted'
      readonly person: Person
      /** Tells people apart who share connections. */
      readonly sharer: string
    }
  | Refused
  | { readonly kind: 'unscoped' }

export interface Refused {
  readonly kind: 'refused'
  /** A short text in ASCII for the client, without anything of the token. */
  readonly reason: string
}

/**
 * Asks about a token that is not remembered.
 *
 * @throws S3ProxyError `SSO_UNAVAILABLE`, `SSO_BUSY`, `SSO_BAD_ANSWER`, `SSO_TIMEOUT`
 */
export type TokenQuestion = (token: string) => Promise<TokenAnswer>

export type TokenAnswer =
  | {
      readonly kind: 'accepted'
      readonly person: Person
      /** The time when the token expires, in milliseconds since 1970, where that is known. */
      readonly expiresAt?: number | undefined
    }
  | Refused
  | { readonly kind: 'unscoped' }
