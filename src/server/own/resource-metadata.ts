import type { BearerOptions } from '../../bearer/bearer-options.ts'
import { resourceMetadataPath } from '../../http/own-paths.ts'
import { readingMethods, type SitePage } from './own-page.ts'

/**
 * Creates the document that tells programs where to get a token for this site.
 *
 * Two members are none of the standard. `client_id` names the public client that terminals sign in with.
 * `resource_indicators_supported` says that a token has to be asked for with the resource (RFC 8707), because it has to be
 * made for this very site.
 *
 * @see RFC 9728 section 2
 */
export function createResourceMetadataPage(bearer: Omit<BearerOptions, 'check'>): SitePage {
  const { issuer, scopes, audience, terminalClientId } = bearer
  const headers = ['content-type', 'application/json', 'cache-control', 'no-cache']
  return {
    kind: 'resource-metadata',
    path: resourceMetadataPath,
    methods: readingMethods,
    needsHost: true,
    answer: (_request, _record, { origin }) => ({
      status: 200,
      headers: [...headers],
      body: JSON.stringify({
        resource: origin,
        ...(issuer === undefined ? {} : { authorization_servers: [issuer] }),
        ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
        bearer_methods_supported: ['header'],
        resource_name: 's3proxy',
        ...(audience?.includes(origin) ? { resource_indicators_supported: true } : {}),
        ...(terminalClientId === undefined ? {} : { client_id: terminalClientId }),
      }),
    }),
  }
}
