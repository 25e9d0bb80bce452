import type { Action } from '../access/rule.ts'
import type { Config } from '../config/schema/config-schema.ts'
import { isReservedKey, resourceMetadataPath } from '../http/own-paths.ts'
import { hostsOf } from '../mount/find-mount.ts'
import { toObjectKey } from '../object/key.ts'
import { createRouter } from '../server/route.ts'
import { createSiteResolver } from '../server/site.ts'
import { configuredMounts } from '../wiring/bucket-config.ts'
import { UsageError } from './command/usage-error.ts'

/** A request that somebody wants explained, and what it asks for. */
export interface ExplainedRequest {
  action: Action
  /** Decoded, below the host, without its first `/`. */
  path: string
  /** In lower case, with a port where there is one; empty for a host that no mount has. */
  host: string
  /** Name of the mount that it is routed to; `undefined` where there is none, or the only one has no name. */
  mount: string | undefined
  /** `root`: the folder that a mount is at; `unmounted`: a path that is in no mount. */
  kind: 'object' | 'healthcheck' | 'root' | 'unmounted'
}

export type RoutedConfig = Pick<Config, 's3' | 'mounts' | 'server' | 'bearer'>

const shape = /^(GET|HEAD|LIST|ZIP) (?:(https?):\/\/([^/?#@\s]+))?(\/[^?#]*)?(?:[?#].*)?$/s

/**
 * Reads a request as it stands in a shell: a method, and a path or a URL, which may be percent-encoded and have a query. LIST
 * and ZIP are about a folder.
 *
 * @throws UsageError where no rule is asked about it
 */
export function readRequest(request: string, config: RoutedConfig): ExplainedRequest {
  const [, method = '', scheme, givenHost, givenPath] = shape.exec(request) ?? []
  const text = givenPath ?? (givenHost === undefined ? '' : '/')
  if (text === '')
    throw new UsageError(
      'expected --explain with a method and a path or URL, such as "GET /a/b", "LIST /a/" or "GET https://films.example.com/a"',
    )
  const action = method === 'LIST' ? 'list' : method === 'ZIP' ? 'zip' : 'read'
  if (action !== 'read' && !text.endsWith('/'))
    throw new UsageError(`expected ${method} with the path of a folder, which ends in /`)
  const host = givenHost?.toLowerCase() ?? config.server.publicUrl?.host ?? ''
  if (givenHost !== undefined) checkHost(host, scheme === 'https', config)
  // The bytes of UTF-8 stand in a request one by one.
  const encoded = Buffer.from(text).toString('latin1')
  const path = toObjectKey(encoded)
  if (path === undefined) throw new UsageError(`${text} is answered 400: it is no path of an object`)
  if (isOwnPage(path, config)) throw new UsageError(`${text} is a page of s3proxy, and no rule looks at it`)
  const target = createRouter([], configuredMounts(config), config.s3.healthcheckKey)(encoded, host)
  if (!('path' in target)) throw new UsageError(`${text} is answered 404: no object has so long a name`)
  return { action, path, host, mount: target.mount?.name, kind: target.kind }
}

function checkHost(host: string, isSecure: boolean, { server, mounts }: RoutedConfig): void {
  const mountHosts = hostsOf(Object.values(mounts))
  const siteOf = createSiteResolver({ ...server, mountHosts })
  const site = siteOf({ host, header: () => (isSecure ? 'https' : undefined) })
  if (site === undefined)
    throw new UsageError(
      `${host} is answered 421: it is none of server.publicUrl, server.allowedHosts and the hosts of mounts`,
    )
}

function isOwnPage(path: string, { bearer }: RoutedConfig): boolean {
  const hasMetadata = bearer.accept !== 'none'
  return isReservedKey(path) || (hasMetadata && path === resourceMetadataPath.slice(1))
}
