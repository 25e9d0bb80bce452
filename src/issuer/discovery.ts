import { S3ProxyError } from '../errors.ts'
import { fetchJson } from '../http/bounded-fetch.ts'
import { type IssuerMetadata, readMetadata } from './issuer-metadata.ts'
import { createKeptAnswer } from './kept-answer.ts'

export interface DiscoveryOptions {
  url: string
  internalUrl?: string | undefined
  option: string
  timeoutMs: number
  userAgent: string
  now(): number
  elapsedMs(): number
}

/** The size of known documents is some KiB. */
const maxAnswerBytes = 256 * 1024
/** Documents change rarely. An old one is used while a new one is asked for. */
const renewAfterMs = 3_600_000
const pauseAfterFailureMs = 1000

/** Asks for the discovery document of an issuer, and keeps it. A failure is remembered for a second. */
export function createDiscovery(options: DiscoveryOptions): { metadata(): Promise<IssuerMetadata> } {
  const kept = createKeptAnswer(() => fetchMetadata(options), {
    renewAfterMs,
    // The document has nothing secret. Keys, whose age counts, are kept apart.
    maxAgeMs: Number.POSITIVE_INFINITY,
    pauseMs: pauseAfterFailureMs,
    elapsedMs: options.elapsedMs,
  })
  return { metadata: kept.get }
}

/**
 * Looks at the place of OpenID Connect, and then at that of OAuth 2.0, which has other servers.
 *
 * @see OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3
 */
async function fetchMetadata(options: DiscoveryOptions): Promise<IssuerMetadata> {
  const first = await ask(discoveryAddress(options), options)
  const answer =
    first.status === 404 ? await ask(discoveryAddress(options, 'oauth-authorization-server'), options) : first
  const { status, object, retryAfterSeconds } = answer
  const fail = (code: 'SSO_BUSY' | 'SSO_UNAVAILABLE' | 'SSO_BAD_ANSWER', what: string) =>
    new S3ProxyError(code, `the discovery document of the SSO ${what} (${options.option})`, {
      retryAfterSeconds,
    })
  if (status === 429) throw fail('SSO_BUSY', 'cannot be had: the answer is 429')
  if (status >= 500) throw fail('SSO_UNAVAILABLE', `cannot be had: the answer is ${status}`)
  if (status >= 300 && status < 400)
    throw fail('SSO_BAD_ANSWER', `cannot be had: the answer is ${status}, and redirects are not followed`)
  if (status !== 200)
    throw fail('SSO_BAD_ANSWER', `is not at .well-known/openid-configuration: the answer is ${status}`)
  if (object === undefined) throw fail('SSO_BAD_ANSWER', 'is not a JSON object')
  return readMetadata(object, options)
}

/** The address of the discovery document of an issuer, as this server reaches it. */
export function discoveryAddress(
  { url, internalUrl }: Pick<DiscoveryOptions, 'url' | 'internalUrl'>,
  kind: 'openid-configuration' | 'oauth-authorization-server' = 'openid-configuration',
): string {
  const { origin, pathname } = new URL(internalUrl ?? url)
  const path = pathname.replace(/\/$/, '')
  return (
    origin + (kind === 'openid-configuration' ? `${path}/.well-known/${kind}` : `/.well-known/${kind}${path}`)
  )
}

function ask(url: string, { option, timeoutMs, userAgent, now }: DiscoveryOptions) {
  const what = 'the discovery document of the SSO'
  return fetchJson({ url }, { what, option, timeoutMs, maxAnswerBytes, userAgent, now })
}
