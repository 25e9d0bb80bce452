import type { BearerOptions } from '../../bearer/bearer-options.ts'
import { resourceMetadataPath } from '../../http/own-paths.ts'
import { readingMethods, type SitePage } from './own-page.ts'

/**
 * Creates the document that tells programs where to get a token for this site.
 *
 * The member `client_id` is none of the standard: it names the public client that terminals sign in with.
 *
 * @see RFC 9728 section 2
 */
export function createResourceMetadataPage(bearer: Omit<BearerOptions, 'check'>): SitePage {
  const { issuer, scopes, terminalClientId } = bearer
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
        ...(terminalClientId === undefined ? {} : { client_id: terminalClientId }),
      }),
    }),
  }
}
