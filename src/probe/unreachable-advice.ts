/**
 * Says what to do where the SSO cannot be reached from here: often browsers reach it, and this server needs another address.
 *
 * @param option the option that has the address for browsers
 */
export function adviceOnUnreachable(option: string, internalUrl: string | undefined): string {
  return internalUrl === undefined
    ? `where browsers reach ${option} and this server does not, set sso.internalUrl to an address that it reaches`
    : 'check sso.internalUrl, the address that this server reaches the SSO at'
}
