import type { ClientAuthentication } from '../sso/client-authentication.ts'

/**
 * Says what to do where the SSO does not know the application.
 *
 * @param other another way of client authentication, with which the SSO knows it
 */
export function adviceOnClient(other: ClientAuthentication | undefined): string {
  return other === undefined
    ? 'check sso.clientId and sso.clientSecret (SSO_CLIENT_ID, SSO_CLIENT_SECRET), and sso.clientAuthentication'
    : `set sso.clientAuthentication to ${other}: with that, the SSO knows the application`
}
