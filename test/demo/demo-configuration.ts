import type { OidcSso } from '../helpers/sso/oidc-sso.ts'
import type { Stage } from '../helpers/stage/stage.ts'
import { editor } from './demo-stage.ts'
import { healthcheckKey } from './sample-objects.ts'

/** The configuration file of the demo. It is complete, so that `check-config` needs nothing else. */
export function configurationOf({ s3, sso }: Stage<OidcSso>): object {
  const { region, endpoint, accessKeyId, secretAccessKey } = s3
  const { url, clientId, clientSecret, scope } = sso
  return {
    s3: { region, endpoint, accessKeyId, secretAccessKey, healthcheckKey },
    sso: { url, clientId, clientSecret, scope },
    pages: { contact: 'ada@example.com' },
    access: {
      rules: [
        { name: 'everything', allow: ['/**'], to: { everyone: true } },
        { name: 'drafts are for editors', deny: ['/drafts/**'], unless: { groups: editor.groups } },
      ],
    },
  }
}
