import { isAbsoluteUrl } from '../http/absolute-url.ts'

/** Addresses of the SSO as the configuration has them: URLs, or paths below `url`. */
export interface SsoAddresses {
  /** The root of the SSO, as browsers reach it. It may be missing where no address lies below it. */
  url?: string | undefined
  /** The root that this server reaches it at, where that is another one. */
  internalUrl?: string | undefined
  authorizeUrl: string
  tokenUrl: string
  identityUrl: string
  logoutUrl?: string | undefined
}

/** URLs of the SSO. */
export interface SsoEndpoints {
  /** The page where people sign in, as browsers reach it. It may have a query. */
  authorize: string
  /** The token endpoint, as this server reaches it. */
  token: string
  /** The token endpoint, as the SSO knows itself: for browsers and the SSO, the root is the same. */
  tokenAudience: string
  /** The page about the user, as this server reaches it. */
  identity: string
  /** The page that ends the SSO's own session, as browsers reach it; `undefined` where none is known. */
  logout: string | undefined
}

/** Joins the addresses of the SSO: pages for people lie below its URL, the others below its internal one. */
export function ssoEndpoints(addresses: SsoAddresses): SsoEndpoints {
  const { url, internalUrl = url, authorizeUrl, tokenUrl, identityUrl, logoutUrl } = addresses
  return {
    authorize: below(url, authorizeUrl),
    token: below(internalUrl, tokenUrl),
    tokenAudience: below(url ?? internalUrl, tokenUrl),
    identity: below(internalUrl, identityUrl),
    logout: logoutUrl === undefined ? undefined : below(url, logoutUrl),
  }
}

function below(root: string | undefined, address: string): string {
  if (isAbsoluteUrl(address)) return address
  // The configuration is refused where an address lies below a root that is not given.
  if (root === undefined) throw new TypeError('an address of the SSO without the root that it lies below')
  return root.endsWith('/') ? root + address : `${root}/${address}`
}
