/** An address that an OpenID provider has. */
export type OidcEndpoint =
  | 'discovery'
  | 'keys'
  | 'authorize'
  | 'token'
  | 'userinfo'
  | 'introspection'
  | 'revocation'
  | 'deviceAuthorization'
  | 'endSession'
