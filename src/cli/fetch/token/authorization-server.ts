import { boundedFetch } from '../../../http/bounded-fetch.ts'
import { createDiscovery } from '../../../issuer/discovery.ts'
import type { IssuerMetadata } from '../../../issuer/issuer-metadata.ts'
import { openidClient } from '../../../issuer/openid-configuration.ts'
import { untilAborted } from '../../../waiting/until-aborted.ts'
import { parseSecureUrl } from './secure-url.ts'
import type { SsoOptions, Wanted } from './sign-in-options.ts'

type Client = Awaited<ReturnType<typeof openidClient>>

/** An SSO whose discovery document is known. */
export interface AuthorizationServer {
  /** The library, which is loaded only where somebody signs in or out, or a token is renewed. */
  library: Client['client']
  configuration: Client['configuration']
  metadata: IssuerMetadata
}

/** The place where the address of the SSO stands, for messages. */
const option = 'authorization_servers of the proxy'

/**
 * Asks the SSO for its discovery document.
 *
 * @throws S3ProxyError where there is none, or it belongs to another issuer; Error where the address is not secure
 */
export async function discoverServer(
  { issuer, clientId }: Pick<Wanted, 'issuer' | 'clientId'>,
  options: SsoOptions,
): Promise<AuthorizationServer> {
  const url = parseSecureUrl(issuer, options.allowsLoopback)
  if (url === undefined) throw new Error(`the proxy names an SSO that is no https URL (${option})`)
  const { timeoutMs, userAgent, now, signal } = options
  const elapsedMs = () => performance.now()
  const discovery = createDiscovery({ url: issuer, option, timeoutMs, userAgent, now, elapsedMs })
  const metadata = await untilAborted(discovery.metadata(), signal)
  const { client: library, configuration } = await openidClient({
    ...{ metadata, clientId, authentication: (client) => client.None() },
    async ask(address, form, headers) {
      const request = { url: address, method: 'POST', headers, body: `${form}` } as const
      const bounds = { what: 'the answer of the SSO', option, timeoutMs, userAgent }
      const answer = await untilAborted(boundedFetch(request, bounds), signal)
      return new Response(answer.text === '' ? null : answer.text, answer)
    },
  })
  return { library, configuration, metadata }
}
