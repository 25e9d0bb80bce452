/** Settings of the realm `staff`, as the admin API takes them. Refresh tokens rotate, and access tokens live for 8 s. */
export function keycloakRealm(clientId: string, clientSecret: string, publicClientId: string): object {
  const client = {
    enabled: true,
    protocol: 'openid-connect',
    directAccessGrantsEnabled: false,
    attributes: { 'oauth2.device.authorization.grant.enabled': 'true' },
    protocolMappers: [groupsMapper],
  }
  return {
    realm: 'staff',
    enabled: true,
    sslRequired: 'none',
    revokeRefreshToken: true,
    refreshTokenMaxReuse: 0,
    accessTokenLifespan: 8,
    groups: [{ name: 'engineers', subGroups: [{ name: 'storage' }] }, { name: 'boards' }],
    clients: [
      { ...client, clientId, secret: clientSecret, redirectUris: [] },
      { ...client, clientId: publicClientId, publicClient: true, redirectUris: ['http://127.0.0.1/*'] },
    ],
    users: [userOf('ada', 'Ada', ['/engineers', '/engineers/storage']), userOf('bob', 'Bob', ['/boards'])],
  }
}

const groupsMapper = {
  name: 'groups',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-group-membership-mapper',
  config: {
    'full.path': 'true',
    'id.token.claim': 'true',
    'access.token.claim': 'true',
    'userinfo.token.claim': 'true',
    'claim.name': 'groups',
  },
}

function userOf(username: string, firstName: string, groups: string[]): object {
  return {
    ...{ username, firstName, lastName: 'Example', email: `${username}@example.com`, groups },
    ...{ enabled: true, emailVerified: true },
    credentials: [{ type: 'password', value: 'any', temporary: false }],
  }
}
