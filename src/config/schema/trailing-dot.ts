/**
 * The same URL without the dot that ends a fully qualified host name, as in `https://sso.example.com./`: certificates,
 * SNI and `Host` have names without it (RFC 6066 section 3).
 *
 * @param url whatever was given; text that is no URL comes back as it is
 */
export function withoutTrailingDot(url: string): string {
  return url.replace(/^([a-z][a-z0-9+]*:\/\/(?:[^/?#]*@)?[^/?#@:]*[^/?#@:.])\.(?=[:/?#]|$)/i, '$1')
}
