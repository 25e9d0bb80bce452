/**
 * Encodes a path as SigV4 does: everything but `A-Za-z0-9-._~/`, in UTF-8, with capital hex digits.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html (UriEncode)
 */
export function uriEncodePath(text: string): string {
  return uriEncode(text).replaceAll('%2F', '/')
}

/**
 * Spells a query as SigV4 signs it: encoded, then sorted by name and value. A parameter without a value has its `=`
 * too.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html (CanonicalQueryString)
 */
export function canonicalQuery(parameters: QueryParameters): string {
  return parameters
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** Decoded names and values, in any order. */
export type QueryParameters = ReadonlyArray<readonly [name: string, value: string]>

function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Compares by ASCII, whatever the locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
