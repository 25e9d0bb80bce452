import type { OidcBehaviour } from './oidc-stand-in-types.ts'

/** A provider as it should be: rotating refresh tokens, opaque access tokens, claims in userinfo and id token. */
export function usualBehaviour(): OidcBehaviour {
  return {
    subject: 'user-1',
    claims: { name: 'Jo Example', email: 'jo@example.com', email_verified: true, groups: ['staff'] },
    claimsAreIn: 'both',
    sid: 'session-1',
    accessTokenSeconds: 3600,
    idTokenSeconds: 3600,
    hasExpiresIn: true,
    expiresInSeconds: undefined,
    hasRefreshTokens: true,
    rotatesRefreshTokens: true,
    hasIdTokenInRefresh: true,
    hasJwtAccessTokens: false,
    audience: 'https://assets.example.com/',
    tokenPaddingBytes: 0,
    userinfoSubject: undefined,
    callbackIssuer: undefined,
    discovery: {},
    moreKeys: [],
    hidesKeys: false,
    deviceRequiresPkce: false,
    deviceIntervalSeconds: 1,
    deviceCodeSeconds: 600,
    dateOffsetSeconds: 0,
    staysAfterLogout: false,
  }
}
