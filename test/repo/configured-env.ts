/** The least that `serve` and `check-config` take for a whole configuration. */
export const configuredEnv = {
  SSO_URL: 'https://sso.example.com/',
  SSO_CLIENT_ID: 'assets',
  SSO_CLIENT_SECRET: 'sso-secret',
  AWS_S3_REGION: 'eu-west-2',
  AWS_S3_ENDPOINT: 'https://my-bucket.s3.eu-west-2.amazonaws.com/',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 's3-secret',
}
