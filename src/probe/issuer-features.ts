import type { IssuerMetadata } from '../issuer/issuer-metadata.ts'
import { claimNameIn } from '../person/claim-in.ts'
import type { Finding } from './probe.ts'

export interface FeaturesOptions {
  /** The scopes that logins ask for, separated by blanks. */
  scope: string
  /** The claim of the groups: a plain name or a JSON Pointer. */
  groupsClaim: string
  /** Whether rules or gates of the configuration ask for groups. */
  isAskedForGroups: boolean
}

/**
 * Says which of the features that s3proxy uses an OpenID provider announces. Advice is given for what is not announced: it
 * may still be there, because the members are optional.
 */
export function issuerFeatures(
  metadata: IssuerMetadata,
  { scope, groupsClaim, isAskedForGroups }: FeaturesOptions,
): Finding {
  const { scopes_supported: scopes, claims_supported: claims, grant_types_supported: grants } = metadata
  const features = {
    PKCE: metadata.code_challenge_methods_supported?.includes('S256'),
    'refresh tokens': grants?.includes('refresh_token'),
    'end of session': metadata.end_session_endpoint !== undefined,
    'back-channel logout': metadata.backchannel_logout_supported,
    revocation: metadata.revocation_endpoint !== undefined,
    'device flow': metadata.device_authorization_endpoint !== undefined,
  }
  const named = (isOffered: boolean) =>
    Object.entries(features)
      .filter(([, offered]) => (offered === true) === isOffered)
      .map(([name]) => name)
  const said = [
    ...(named(true).length > 0 ? [`announces ${named(true).join(', ')}`] : []),
    ...(named(false).length > 0 ? [`does not announce ${named(false).join(', ')}`] : []),
  ]
  const unknownScopes = scope.split(' ').filter((name) => scopes !== undefined && !scopes.includes(name))
  const groups = claimNameIn(groupsClaim)
  const advice = [
    ...(unknownScopes.length > 0
      ? [`check sso.scope: the SSO does not announce the scope ${unknownScopes.join(', ')}`]
      : []),
    ...(claims === undefined || claims.includes(groups)
      ? []
      : [
          `${isAskedForGroups ? 'rules ask for groups:' : 'where rules need groups,'} add the claim ${groups} at the SSO, or set sso.groupsClaim: it is not among the claims that the SSO announces`,
        ]),
  ]
  return { message: said.join('; '), ...(advice.length > 0 ? { advice: advice.join('; ') } : {}) }
}
