import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { type OidcSso, startOidcSso } from '../helpers/sso/oidc-sso.ts'
import { createStage, type Stage } from '../helpers/stage/stage.ts'
import { healthcheckKey, makeSamples } from './sample-objects.ts'

/** The person who may see more than others. */
export const editor = { id: 'ada', groups: ['editors'] }

/** Starts a bucket with sample objects, and a single sign-on that knows one editor. */
export async function startDemoStage(): Promise<Stage<OidcSso>> {
  const stage = await createStage({
    s3: startS3StandIn({ bucket: 'demo' }),
    sso: startOidcSso({ groups: { [editor.id]: editor.groups } }),
  })
  for (const { key, about: _, ...object } of makeSamples()) stage.s3.put(key, object)
  Object.assign(stage.env, { AWS_S3_HEALTHCHECK_KEY: healthcheckKey })
  return stage
}
