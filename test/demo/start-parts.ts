import { type OidcSso, startOidcSso } from '../helpers/oidc-sso.ts'
import type { S3StandIn } from '../helpers/s3-stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3-stand-in/start-s3-stand-in.ts'
import { healthcheckKey, makeSamples } from './sample-objects.ts'

/** Everything that the proxy stands on. */
export interface DemoParts {
  s3: S3StandIn
  sso: OidcSso
  /** The environment of `s3proxy fetch`, and the S3 half of that of `serve`. */
  s3Env: Record<string, string>
  /** The environment of `s3proxy serve`, but for its port. */
  env: Record<string, string>
  close(): Promise<void>
}

/** Starts a bucket with sample objects, and a single sign-on. */
export async function startParts(): Promise<DemoParts> {
  const s3 = await startS3StandIn({ bucket: 'demo' })
  for (const { key, about: _, ...object } of makeSamples()) s3.put(key, object)
  const sso = await startOidcSso()
  const s3Env = {
    AWS_S3_REGION: s3.region,
    AWS_S3_ENDPOINT: s3.endpoint,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
  }
  return {
    s3,
    sso,
    s3Env,
    env: {
      ...s3Env,
      AWS_S3_HEALTHCHECK_KEY: healthcheckKey,
      SSO_URL: sso.url,
      SSO_CLIENT_ID: sso.clientId,
      SSO_CLIENT_SECRET: sso.clientSecret,
      S3PROXY_SSO_SCOPE: sso.scope,
    },
    async close() {
      await Promise.all([s3.close(), sso.close()])
    },
  }
}
