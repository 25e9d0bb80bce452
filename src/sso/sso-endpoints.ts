/** Where the parts of the SSO are. */
export interface SsoEndpoints {
  /** As browsers reach it. */
  authorize: string
  /** With a trailing slash, and the path below it, as this server reaches it. */
  tokenHost: string
  tokenPath: string
  authorizeHost: string
  authorizePath: string
  identity: string
}

/** The paths are those of the SSO that the original was made for. */
export function ssoEndpoints({
  url,
  internalUrl,
}: {
  url: string
  internalUrl?: string | undefined
}): SsoEndpoints {
  const authorizeHost = withSlash(url)
  const tokenHost = withSlash(internalUrl ?? url)
  return {
    authorize: `${authorizeHost}o/authorize/`,
    authorizeHost,
    authorizePath: 'o/authorize/',
    tokenHost,
    tokenPath: 'o/token/',
    identity: `${tokenHost}api/v1/user/me/`,
  }
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}
