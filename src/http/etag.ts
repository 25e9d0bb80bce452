/**
 * Tells whether a value is a strong ETag in printable ASCII. Only such an ETag names the very bytes, and only ASCII
 * can be signed.
 *
 * @see RFC 9110 sections 8.8.1 and 8.8.3
 */
export function isStrongEtag(value: unknown): value is string {
  return typeof value === 'string' && /^"[\x21\x23-\x7e]*"$/.test(value)
}
