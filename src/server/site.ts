import type { PublicUrl } from '../config/schema/public-url.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import { hostsLike, originOf, type Site } from '../http/site.ts'
import { withoutPort } from '../mount/find-mount.ts'

export interface SiteSettings {
  publicUrl?: PublicUrl | undefined
  allowedHosts?: readonly string[] | undefined
  /** Further hosts, in lower case and without a port: those that mounts are at. */
  mountHosts?: readonly string[]
  /** Whether clients speak TLS with this very process. If they do, nothing else says what the scheme is. */
  isTls?: boolean
}

/** Finds the site of a request. @returns `undefined` when s3proxy does not serve its host */
export type SiteResolver = (request: Pick<ProxyRequest, 'host' | 'header'>) => Site | undefined

/**
 * Finds the origin of our URLs: the configured one, or the one that the router in front of us names, for allowed hosts.
 *
 * @see RFC 9110 section 7.4
 */
export function createSiteResolver({
  publicUrl,
  allowedHosts,
  mountHosts = [],
  isTls = false,
}: SiteSettings): SiteResolver {
  if (publicUrl !== undefined) {
    const { origin, host, isSecure } = publicUrl
    const site = { origin, isSecure }
    const others = new Map(
      hostsLike(host, mountHosts).map((name) => [
        name,
        { origin: originOf({ host: name, isSecure }), isSecure },
      ]),
    )
    return (request) => {
      const asked = withoutDefaultPort(request.host, isSecure)
      return asked === host ? site : others.get(asked)
    }
  }
  const allowed = allowedHosts && [...allowedHosts.map((host) => host.toLowerCase()), ...mountHosts]
  return (request) => {
    // With several proxies, the first value comes from the one that the browser talked to.
    const scheme = request.header('x-forwarded-proto')?.split(',')[0]?.trim().toLowerCase()
    const isSecure = isTls || scheme === 'https'
    const host = withoutDefaultPort(request.host, isSecure)
    if (host === '') return undefined
    if (allowed !== undefined && !allowed.includes(host) && !allowed.includes(withoutPort(host)))
      return undefined
    return { origin: originOf({ host, isSecure }), isSecure }
  }
}

function withoutDefaultPort(host: string, isSecure: boolean): string {
  const port = isSecure ? ':443' : ':80'
  return host.endsWith(port) ? host.slice(0, -port.length) : host
}
