import { S3ProxyError } from '../errors.ts'
import { fetchJson } from '../http/bounded-fetch.ts'
import { codeOfStatus } from '../http/code-of-status.ts'
import type { DiscoveryOptions } from './discovery.ts'
import type { IssuerMetadata } from './issuer-metadata.ts'
import { createKeptAnswer, type KeptAnswer } from './kept-answer.ts'

/** A JSON Web Key, as it came: its members are checked when it is used. @see RFC 7517 section 4 */
export interface JsonWebKey {
  readonly kty: string
  readonly [member: string]: unknown
}

export interface IssuerKeysOptions extends DiscoveryOptions {
  /** Called when keys cannot be fetched anew, and the old ones are still used. */
  onStaleKeys?(failure: unknown): void
}

/** A key that an issuer withdraws is trusted this long at most, while the issuer can be reached. */
const renewAfterMs = 600_000
/** While they cannot be fetched, keys are used for a day. */
const maxAgeMs = 86_400_000
/** Anybody can make up tokens with unknown keys. */
const pauseMs = 30_000

/** The keys of an issuer, fetched by one request for all callers. */
export function createIssuerKeys(
  metadata: () => Promise<IssuerMetadata>,
  options: IssuerKeysOptions,
): KeptAnswer<readonly JsonWebKey[]> {
  const { elapsedMs, onStaleKeys: onStale = () => {} } = options
  const ask = async () => fetchKeys(await metadata(), options)
  return createKeptAnswer(ask, { renewAfterMs, maxAgeMs, pauseMs, elapsedMs, onStale })
}

async function fetchKeys(
  { jwks_uri: url }: IssuerMetadata,
  { option, timeoutMs, userAgent, now }: DiscoveryOptions,
): Promise<readonly JsonWebKey[]> {
  if (url === undefined)
    throw new S3ProxyError('SSO_BAD_ANSWER', `the discovery document of the SSO has no jwks_uri (${option})`)
  const what = 'the JSON Web Key Set of the SSO'
  const answer = await fetchJson({ url }, { what, option, timeoutMs, userAgent, now })
  const { status, object, retryAfterSeconds } = answer
  if (status !== 200)
    throw new S3ProxyError(
      codeOfStatus(status),
      `${what} cannot be had: the answer is ${status} (${option})`,
      { retryAfterSeconds },
    )
  if (!Array.isArray(object?.keys))
    throw new S3ProxyError('SSO_BAD_ANSWER', `${what} is not a JSON object with a list of keys (${option})`)
  return object.keys.filter(isKey)
}

/** Keys of unknown kinds are ignored (RFC 7517 section 5). */
function isKey(value: unknown): value is JsonWebKey {
  return typeof value === 'object' && value !== null && 'kty' in value && typeof value.kty === 'string'
}
