/** The one origin that this proxy is known by. */
export interface PublicUrl {
  /** The text that was given. */
  url: string
  /** The value that the `origin` header has. */
  origin: string
  /** The value that the `host` header has: with the port where it is not the default of the scheme. */
  host: string
  isSecure: boolean
}

/** @returns `undefined` when the text is no URL */
export function parsePublicUrl(url: string): PublicUrl | undefined {
  if (!URL.canParse(url)) return undefined
  const { origin, host, protocol } = new URL(url)
  return { url, origin, host, isSecure: protocol === 'https:' }
}
