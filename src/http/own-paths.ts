/** The path that the SSO sends browsers back to: that of the original, which SSOs know as redirect URI. */
export const callbackPath = '/__redirect_from_sso'

/** The beginning of the paths of all other pages of our own. */
export const ownPathPrefix = '/__s3proxy/'

/** Keys that cannot be served, and the beginning of others, because these paths are ours. */
export const reservedKeys = [callbackPath.slice(1), ownPathPrefix.slice(1)] as const
