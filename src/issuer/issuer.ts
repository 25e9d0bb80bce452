import type { Claims } from '../person/person.ts'
import { createDiscovery, discoveryAddress } from './discovery.ts'
import { createIssuerKeys, type IssuerKeysOptions } from './issuer-keys.ts'
import type { IssuerMetadata } from './issuer-metadata.ts'
import { verifyJwt } from './verify-jwt.ts'

/** An OpenID provider or OAuth 2.0 authorization server, known by its discovery document. */
export interface Issuer {
  /** The issuer identifier, as configured. */
  readonly name: string
  /** The address of its discovery document, as this server reaches it. */
  readonly address: string
  /**
   * The discovery document. One request asks for it for all callers, and it is kept.
   *
   * @throws S3ProxyError `SSO_UNAVAILABLE`, `SSO_BUSY`, `SSO_TIMEOUT`, `SSO_BAD_ANSWER`; the message names the option
   */
  metadata(): Promise<IssuerMetadata>
  /**
   * Verifies signature, issuer, audience and times of a JSON Web Token. Times may differ by a minute.
   *
   * @throws S3ProxyError as `metadata` does, where the keys cannot be had
   */
  verify(jwt: string, expected: ExpectedJwt): Promise<VerifiedJwt>
}

export interface ExpectedJwt {
  /** One of them has to be among the audiences of the token. */
  audience: string | readonly string[]
  /** Values of the header `typ` in lower case, without `application/`. Default: any, or none. */
  types?: readonly string[]
  /** Claims that have to be there, beside `iss` and `aud`. */
  requiredClaims?: readonly string[]
  /** The longest time since `iat`. */
  maxAgeSeconds?: number
}

export type VerifiedJwt =
  | { kind: 'verified'; claims: Claims /** As in `ExpectedJwt.types`. */; type: string | undefined }
  | { kind: 'refused' /** The end of a sentence about the token, as in `has expired`. */; reason: string }

/** Creates an issuer. Nothing is asked before the first call. */
export function createIssuer(options: IssuerKeysOptions): Issuer {
  const discovery = createDiscovery(options)
  const keys = createIssuerKeys(discovery.metadata, options)
  return {
    name: options.url,
    address: discoveryAddress(options),
    metadata: discovery.metadata,
    verify: (jwt, expected) => verifyJwt(jwt, expected, { issuer: options.url, keys, now: options.now }),
  }
}
