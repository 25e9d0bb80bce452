import { z } from 'zod'
import { options } from '../../src/config/options.ts'
import { configSchema } from '../../src/config/schema.ts'

/**
 * The JSON Schema of the configuration file, for editors: types, shapes, defaults and descriptions from the one
 * schema, with the environment names that set the same option.
 *
 * Nothing is required in it, because the environment may give what the file does not.
 */
export function jsonSchemaOfConfig(): string {
  const generated = z.toJSONSchema(configSchema, {
    io: 'input',
    override({ jsonSchema }) {
      for (const internal of [
        'required',
        'kind',
        'env',
        'isSecret',
        'isFile',
        'restart',
        'reopensStore',
        'complete',
        'show',
      ])
        delete jsonSchema[internal]
    },
  })
  const sections = generated.properties as Record<string, { properties: Record<string, object> }>
  for (const { section, name, description, envNames, isSecret } of options) {
    const property = sections[section]?.properties[name] as Record<string, unknown>
    const files = isSecret === true ? ' (or from a file: the name with _FILE behind it)' : ''
    property.description = `${description}. Environment: ${envNames.join(', ')}${files}`
  }
  const { $schema, properties, ...rest } = generated
  const schema = {
    $schema,
    title: 's3proxy configuration',
    description: 'The file that s3proxy --config and S3PROXY_CONFIG name; see s3proxy.json(5)',
    ...rest,
    properties: {
      $schema: { type: 'string', description: 'path of this schema, for editors' },
      ...properties,
    },
  }
  return `${JSON.stringify(schema, undefined, 2)}\n`
}
