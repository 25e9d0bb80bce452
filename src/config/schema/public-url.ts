/** The one origin that this proxy is known by. */
export interface PublicUrl {
  /** As it was given. */
  url: string
  /** As in the `origin` header. */
  origin: string
  /** As in the `host` header: with the port where it is not the scheme's own. */
  host: string
  isSecure: boolean
}

/** @returns `undefined` when the text is no URL */
export function parsePublicUrl(url: string): PublicUrl | undefined {
  if (!URL.canParse(url)) return undefined
  const { origin, host, protocol } = new URL(url)
  return { url, origin, host, isSecure: protocol === 'https:' }
}
