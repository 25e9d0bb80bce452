import { S3ProxyError } from '../errors.ts'
import { fetchJson, type JsonAnswer } from '../http/bounded-fetch.ts'
import { codeOfStatus } from '../http/code-of-status.ts'
import type { Claims } from '../person/person.ts'
import type { ClaimPlaces } from '../person/person-from-claims.ts'
import type { ClientIdentity } from '../sso/client-authentication.ts'
import { clientCredentials } from '../sso/client-credentials.ts'
import type { TokenQuestion } from './bearer-check.ts'
import { misuseOf } from './misuse-of.ts'
import { tokenPerson } from './token-person.ts'
import { hasScopes } from './token-scopes.ts'

export interface IntrospectionOptions {
  /** Finds the endpoint, and how s3proxy says there who it is. @throws S3ProxyError `SSO_…` */
  endpoint(): Promise<IntrospectionEndpoint>
  /** The issuer that answers may name, where it is known. */
  issuer?: string | undefined
  /** The token has to be made for one of them. Without them, the scopes alone tell what a token is for. */
  audience?: readonly string[] | undefined
  scopes: readonly string[]
  places: ClaimPlaces
  timeoutMs: number
  userAgent: string
  now(): number
}

export interface IntrospectionEndpoint {
  url: string
  client: ClientIdentity
}

const what = 'the answer of the introspection endpoint'
const option = 'bearer.introspectionUrl'
const formType = { 'content-type': 'application/x-www-form-urlencoded' }

/**
 * Asks the server that gave a token whether it is valid, and whose it is.
 *
 * @see RFC 7662
 */
export function introspect(options: IntrospectionOptions): TokenQuestion {
  const { endpoint, timeoutMs, userAgent, now } = options
  return async (token) => {
    const { url, client } = await endpoint()
    const { fields, headers } = clientCredentials(client)
    const form = new URLSearchParams({ token, token_type_hint: 'access_token', ...fields })
    const answer = await fetchJson(
      { url, method: 'POST', headers: { ...formType, ...headers }, body: `${form}` },
      { what, option, timeoutMs, userAgent, now },
    )
    const claims = claimsOf(answer)
    const refusal = refusalOf(claims, options)
    if (refusal !== undefined) return { kind: 'refused', reason: `the token ${refusal}` }
    if (!hasScopes(claims, options.scopes)) return { kind: 'unscoped' }
    const person = tokenPerson(claims, options.issuer, options.places)
    const expiresAt = typeof claims.exp === 'number' ? claims.exp * 1000 : undefined
    return { kind: 'accepted', person, expiresAt }
  }
}

/** @throws S3ProxyError for an answer that says nothing of the token */
function claimsOf({ status, object, retryAfterSeconds }: JsonAnswer): Claims {
  const code = codeOfStatus(status)
  const failure = (looksAt: string) =>
    new S3ProxyError(code, `the introspection endpoint answered ${status} (${looksAt})`, {
      retryAfterSeconds,
    })
  if (code !== 'SSO_BAD_ANSWER') throw failure(option)
  if (status === 401 || status === 403)
    throw failure('sso.clientId, sso.clientSecret, sso.clientAuthentication')
  if (status !== 200) throw failure(`${option}; redirects are not followed`)
  if (typeof object?.active !== 'boolean')
    throw new S3ProxyError(
      'SSO_BAD_ANSWER',
      `${what} is no JSON object with active true or false (${option})`,
    )
  return object
}

/** @returns the end of a sentence about the token; `undefined` where nothing is against it */
function refusalOf(claims: Claims, { issuer, audience, now }: IntrospectionOptions): string | undefined {
  const { active, exp, nbf, iss, aud, token_type: type } = claims
  if (active !== true) return 'is not active'
  const nowSeconds = now() / 1000
  if (typeof exp === 'number' ? exp <= nowSeconds : exp !== undefined) return 'has expired (exp)'
  // The clocks of two machines differ a little.
  if (typeof nbf === 'number' && nbf > nowSeconds + 60) return 'is not valid yet (nbf)'
  if (issuer !== undefined && iss !== undefined && iss !== issuer) return 'is of another issuer (iss)'
  if (audience !== undefined && !audience.some((name) => namesAudience(aud, name)))
    return 'is for another audience (aud)'
  if (typeof type === 'string' && type.toLowerCase() !== 'bearer') return 'is no bearer token (token_type)'
  return misuseOf(claims)
}

function namesAudience(aud: unknown, name: string): boolean {
  return aud === name || (Array.isArray(aud) && aud.includes(name))
}
