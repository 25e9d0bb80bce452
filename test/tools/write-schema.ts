import { writeFileSync } from 'node:fs'
import { jsonSchemaOfConfig } from './json-schema.ts'

// `npm run schema`: to be run after every change to src/config/schema; schema.test.ts notices when it was not.
writeFileSync(new URL('../../s3proxy.schema.json', import.meta.url), jsonSchemaOfConfig())
