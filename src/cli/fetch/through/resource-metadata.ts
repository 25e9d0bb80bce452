import { jsonObjectIn } from '../../../http/json-object.ts'
import { escapeForTerminal } from '../../../log/escape.ts'
import { readText } from './answer-text.ts'
import type { ProxyClient } from './proxy-client.ts'

/** The things that the proxy says about signing in. */
export interface ResourceMetadata {
  issuer: string
  /** The public client for terminals, where the proxy names it. */
  clientId: string | undefined
  /** Words with spaces between; empty where the proxy names none. */
  scope: string
  /** The name of the proxy at the SSO (RFC 8707), where the SSO wants to be told it. */
  resource: string | undefined
}

const maxBytes = 256 * 1024

/**
 * Asks the proxy for its metadata. The `resource` in them has to be the proxy itself, because the SSO would give a token
 * for another one otherwise.
 *
 * `client_id` and `resource_indicators_supported` are members of our own.
 *
 * @throws where they cannot be had, or are those of another server
 * @see RFC 9728 sections 2, 3.2 and 3.3
 */
export async function askResourceMetadata(
  client: ProxyClient,
  origin: string,
  address: string | undefined,
  { signal, silenceMs }: { signal: AbortSignal; silenceMs: number },
): Promise<ResourceMetadata> {
  if (address === undefined || !URL.canParse(address))
    throw new Error(
      `${origin} wants a token, and does not say where to get one: set bearer.accept and server.publicUrl of the proxy, or S3PROXY_TOKEN here`,
    )
  const url = new URL(address)
  if (url.origin !== origin)
    throw new Error(
      `${origin} says that its metadata are at ${url.origin}: server.publicUrl of the proxy has to be the address that is fetched from`,
    )
  const headers = { accept: 'application/json' }
  const answer = await client({ method: 'GET', origin, path: url.pathname + url.search, headers, signal })
  const text = await readText(answer, maxBytes, silenceMs)
  const failed = (reason: string) => new Error(`the metadata at ${url.href} ${reason}`)
  if (answer.statusCode !== 200) throw failed(`cannot be had: it answers ${answer.statusCode}`)
  if (text === undefined) throw failed(`are larger than ${maxBytes} bytes`)
  const metadata = jsonObjectIn(text)
  if (metadata === undefined) throw failed('are no JSON object')
  const { resource, authorization_servers, scopes_supported, client_id, bearer_methods_supported } = metadata
  if (resource !== origin && resource !== `${origin}/`)
    throw failed(`are those of another resource, ${escapeForTerminal(String(resource).slice(0, 200))}`)
  const [issuer] = listIn(authorization_servers)
  if (issuer === undefined) throw failed('name no SSO (authorization_servers)')
  if (bearer_methods_supported !== undefined && !listIn(bearer_methods_supported).includes('header'))
    throw failed('want a token elsewhere than in a header (bearer_methods_supported)')
  return {
    issuer,
    clientId: typeof client_id === 'string' && client_id !== '' ? client_id : undefined,
    scope: listIn(scopes_supported).join(' '),
    resource: metadata.resource_indicators_supported === true ? resource : undefined,
  }
}

function listIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
