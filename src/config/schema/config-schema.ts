import type { BucketEndpoint } from '../../s3/bucket-endpoint.ts'
import { access } from './access.ts'
import { bearer } from './bearer.ts'
import { limits } from './limits.ts'
import { log } from './log.ts'
import { mounts } from './mounts.ts'
import { pages } from './pages.ts'
import { s3 } from './s3.ts'
import { type SectionOutput, section } from './section.ts'
import { server } from './server.ts'
import { session } from './session.ts'
import { sso } from './sso.ts'

/** The one description of the configuration: types, checks, environment names, documentation. */
export const configSchema = section({ server, s3, mounts, sso, session, bearer, access, limits, pages, log })

/** The values of all options as the schema parses them, one by one. */
export type Parsed = SectionOutput<typeof configSchema>

/** The values of all options, with those that follow from others. README.md describes them under 'Configuration'. */
export type Config = Parsed & {
  // These follow from other options where they are not given.
  /** The only bucket, where there are no mounts. */
  mounts: Readonly<Record<string, { endpoint: BucketEndpoint }>>
  sso: { scope: string }
  session: { store: 'redis' | 'memory' }
}

/** The sections of the configuration; `fetch` needs only some of them. */
export type Section = keyof Parsed

/** Values by section and name, as far as there are any. */
export type Values = { [Name in Exclude<Section, 'mounts'>]?: Partial<Parsed[Name]> } & {
  mounts?: Record<string, Partial<Parsed['mounts'][string]>>
}
