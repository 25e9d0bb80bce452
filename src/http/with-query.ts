/** Puts parameters behind an address, which may have a query of its own. */
export function withQuery(address: string, query: URLSearchParams): string {
  return `${address}${address.includes('?') ? '&' : '?'}${query}`
}
