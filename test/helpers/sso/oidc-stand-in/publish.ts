import type { EndpointAnswer, StandInContext } from './stand-in-context.ts'
import { toJwk } from './stand-in-keys.ts'

/** @see OpenID Connect Discovery 1.0 section 3 */
export function discovery({ issuer, urls, behaviour, client, keys }: StandInContext): EndpointAnswer {
  const methods = { basic: 'client_secret_basic', post: 'client_secret_post' } as const
  const { authentication } = client
  const method =
    authentication === 'basic' || authentication === 'post' ? methods[authentication] : authentication
  return {
    status: 200,
    json: {
      issuer,
      authorization_endpoint: urls.authorize,
      token_endpoint: urls.token,
      userinfo_endpoint: urls.userinfo,
      jwks_uri: urls.keys,
      introspection_endpoint: urls.introspection,
      revocation_endpoint: urls.revocation,
      device_authorization_endpoint: urls.deviceAuthorization,
      end_session_endpoint: urls.endSession,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token', deviceGrant],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [keys.current.alg],
      token_endpoint_auth_methods_supported: [method],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['openid', 'profile', 'email', 'groups', 'offline_access'],
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      authorization_response_iss_parameter_supported: behaviour.callbackIssuer !== null,
      ...behaviour.discovery,
    },
  }
}

/** @see RFC 7517 section 5 */
export function keySet({ keys, behaviour }: StandInContext): EndpointAnswer {
  const own = behaviour.hidesKeys ? [] : keys.published.map(toJwk)
  return { status: 200, json: { keys: [...own, ...behaviour.moreKeys] } }
}

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
