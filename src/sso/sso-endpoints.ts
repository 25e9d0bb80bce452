/** Addresses of the SSO. */
export interface SsoEndpoints {
  /** The page where people sign in, as browsers reach it. */
  authorize: string
  /** The root of the token endpoint, with a trailing slash, as this server reaches it. */
  tokenHost: string
  /** The path of the token endpoint below the root. */
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
