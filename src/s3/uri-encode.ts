/**
 * Encodes text as SigV4 does: everything but `A-Za-z0-9-._~`, in UTF-8, with capital hex digits; `/` is kept.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html (UriEncode)
 */
export function uriEncodePath(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
