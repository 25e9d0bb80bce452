import { S3ProxyError } from '../errors.ts'
import { fetchJson } from '../http/bounded-fetch.ts'
import { codeOfStatus } from '../http/code-of-status.ts'
import { type IssuerMetadata, readMetadata } from './issuer-metadata.ts'
import { createKeptAnswer } from './kept-answer.ts'

export interface DiscoveryOptions {
  /** The issuer identifier, which the document must have to the byte. */
  url: string
  /** The root that this server reaches the issuer at, where that is another one. */
  internalUrl?: string | undefined
  /** The option that has the issuer identifier, for messages. */
  option: string
  timeoutMs: number
  userAgent: string
  now(): number
  /** A clock that never jumps, in milliseconds. */
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
  const code = codeOfStatus(status)
  const failure = (what: string) =>
    new S3ProxyError(code, `the discovery document of the SSO ${what} (${options.option})`, {
      retryAfterSeconds,
    })
  if (code !== 'SSO_BAD_ANSWER') throw failure(`cannot be had: the answer is ${status}`)
  if (status >= 300 && status < 400)
    throw failure(`cannot be had: the answer is ${status}, and redirects are not followed`)
  if (status !== 200) throw failure(`is not at .well-known/openid-configuration: the answer is ${status}`)
  if (object === undefined) throw failure('is not a JSON object')
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
