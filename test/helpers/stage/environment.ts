/** The address and the keys of an S3. */
export interface S3Address {
  region: string
  endpoint: string
  accessKeyId: string
  secretAccessKey: string
}

/** The address of an SSO, by one of the two options, and the client that it knows. */
export interface SsoAddress {
  url?: string
  issuer?: string
  clientId: string
  clientSecret: string
  /** For `sso.scope`; the default of the option unless given. */
  scope?: string
}

/** The servers behind a proxy. */
export interface Backends {
  s3: S3Address
  /** Without it, the proxy is told of one where nobody listens. */
  sso?: SsoAddress
  /** Without it, sessions are kept in memory. */
  redis?: { url: string } | undefined
}

const nobody: SsoAddress = { url: 'http://127.0.0.1:9/', clientId: 'client', clientSecret: 'secret' }

/** The environment that leads `s3proxy serve` to these backends, with the names that the original's README has. */
export function environmentOf({ s3, sso = nobody, redis }: Backends): Record<string, string> {
  return {
    ...s3EnvironmentOf(s3),
    ...(sso.url === undefined ? {} : { SSO_URL: sso.url }),
    ...(sso.issuer === undefined ? {} : { S3PROXY_SSO_ISSUER: sso.issuer }),
    SSO_CLIENT_ID: sso.clientId,
    SSO_CLIENT_SECRET: sso.clientSecret,
    ...(sso.scope === undefined ? {} : { S3PROXY_SSO_SCOPE: sso.scope }),
    ...(redis === undefined
      ? {}
      : { VCAP_SERVICES: JSON.stringify({ redis: [{ credentials: { uri: redis.url } }] }) }),
  }
}

/** The half of it that is the whole environment of `s3proxy fetch`. */
export function s3EnvironmentOf(s3: S3Address): Record<string, string> {
  return {
    AWS_S3_REGION: s3.region,
    AWS_S3_ENDPOINT: s3.endpoint,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
  }
}
