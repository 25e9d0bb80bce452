/** The path that the SSO sends browsers back to. The original used it too, so SSOs have it registered. */
export const callbackPath = '/__redirect_from_sso'

/** The beginning of the paths of all other pages of s3proxy itself. */
export const ownPathPrefix = '/__s3proxy/'

/** The page with the button that signs people out. */
export const logoutPath = `${ownPathPrefix}logout`

/** The page where a logout ends. The SSO sends browsers back to it. */
export const signedOutPath = `${ownPathPrefix}signed-out`

/** The address that OpenID providers send logout tokens to. */
export const backchannelLogoutPath = `${ownPathPrefix}backchannel-logout`

/** Keys that cannot be served, and the beginning of others, because these paths are ours. */
export const reservedKeys = [callbackPath.slice(1), ownPathPrefix.slice(1)] as const

/** Tells whether a key cannot be served, because its path is ours. */
export function isReservedKey(key: string): boolean {
  const [callbackKey, ownKeyPrefix] = reservedKeys
  return key === callbackKey || key.startsWith(ownKeyPrefix)
}

/** The document that tells programs where to get a token. It is a page of ours only where tokens are accepted (RFC 9728). */
export const resourceMetadataPath = '/.well-known/oauth-protected-resource'
