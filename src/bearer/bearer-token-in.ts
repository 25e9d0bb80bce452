/** The longest token. Node takes no headers of more than 16 KiB. */
const maxCharacters = 16_384
const shape = /^[\w\-.~+/]+=*$/

/**
 * Reads the token of an `authorization` header, which holds all lines of that name.
 *
 * @returns `undefined` where there is none, or one of another scheme; `null` where it has not the form of one token
 * @see RFC 6750 section 2.1
 */
export function bearerTokenIn(header: string | undefined): string | null | undefined {
  if (header === undefined || !/^bearer(?: |$)/i.test(header)) return undefined
  const token = header.slice('bearer '.length).trim()
  return token.length <= maxCharacters && shape.test(token) ? token : null
}
