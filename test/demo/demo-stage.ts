import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { type OidcSso, startOidcSso } from '../helpers/sso/oidc-sso.ts'
import { createStage, type Stage } from '../helpers/stage/stage.ts'
import { healthcheckKey, makeSamples } from './sample-objects.ts'

/** Starts a bucket with sample objects, and a single sign-on. */
export async function startDemoStage(): Promise<Stage<OidcSso>> {
  const stage = await createStage({ s3: startS3StandIn({ bucket: 'demo' }), sso: startOidcSso() })
  for (const { key, about: _, ...object } of makeSamples()) stage.s3.put(key, object)
  Object.assign(stage.env, { AWS_S3_HEALTHCHECK_KEY: healthcheckKey })
  return stage
}
