import { withQuery } from '../http/with-query.ts'
import type { Grant } from '../session/session.ts'
import type { LogoutWayBack } from './sso-client.ts'

/** The longest id token in an address. Routers and servers take addresses of 8 KiB, of which this leaves a half. */
const maxHintCharacters = 4096

/**
 * Makes the address where an OpenID provider ends its own session.
 *
 * The last id token names that session. Where it is too long for an address, a hint names the session or the person, and the
 * provider asks whether to sign out.
 *
 * @param endpoint the `end_session_endpoint`, which may have a query
 * @see OpenID Connect RP-Initiated Logout 1.0 section 2
 */
export function endSessionAddress(
  endpoint: string,
  clientId: string,
  { idToken, login }: Partial<Pick<Grant, 'idToken' | 'login'>>,
  { returnTo, state }: LogoutWayBack,
): string {
  const query = new URLSearchParams({ client_id: clientId, post_logout_redirect_uri: returnTo, state })
  const hint = login?.sid ?? login?.subject
  if (idToken !== undefined && idToken.length <= maxHintCharacters) query.set('id_token_hint', idToken)
  else if (hint !== undefined) query.set('logout_hint', hint)
  return withQuery(endpoint, query)
}
