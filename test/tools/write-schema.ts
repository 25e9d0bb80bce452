import { writeFileSync } from 'node:fs'
import { jsonSchemaOfConfig } from './json-schema.ts'

// `npm run schema` has to run after every change in src/config/schema; schema.test.ts fails otherwise.
writeFileSync(new URL('../../s3proxy.schema.json', import.meta.url), jsonSchemaOfConfig())
