/** Addresses of the SSO. */
export interface SsoEndpoints {
  /** Where browsers sign in, as they reach it. */
  authorize: string
  /** With a trailing slash, and the path below it, as this server reaches it. */
  tokenHost: string
  tokenPath: string
  /** The page about the user, as this server reaches it. */
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
  const tokenHost = withSlash(internalUrl ?? url)
  return {
    authorize: `${withSlash(url)}o/authorize/`,
    tokenHost,
    tokenPath: 'o/token/',
    identity: `${tokenHost}api/v1/user/me/`,
  }
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}
