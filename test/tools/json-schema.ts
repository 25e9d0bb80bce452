import { z } from 'zod'
import { defaultOf, type Option } from '../../src/config/options/option.ts'
import type { NamedSections, Options } from '../../src/config/options/options.ts'
import { productOptions } from '../../src/config/options/product-options.ts'
import { configSchema } from '../../src/config/schema/config-schema.ts'
import { internalFacts } from '../../src/config/schema/option-meta.ts'

/** The part of a JSON Schema that is read here. */
interface Node {
  [key: string]: unknown
  properties?: Record<string, Node>
  additionalProperties?: Node | boolean
}

/**
 * The JSON Schema of the configuration file, for editors: types, shapes, defaults and descriptions from the one
 * schema, with the environment names that set the same option.
 *
 * Nothing is required in it, because the environment may give what the file does not.
 */
export function jsonSchemaOfConfig(
  schema: z.ZodType = configSchema,
  options: Options = productOptions,
): string {
  const generated = z.toJSONSchema(schema, {
    io: 'input',
    override({ jsonSchema }) {
      for (const internal of ['required', ...internalFacts]) delete jsonSchema[internal]
    },
  }) as Node
  for (const option of options.single) {
    const properties = generated.properties?.[option.section]?.properties
    if (properties !== undefined) describe(properties, option)
  }
  for (const sections of options.named) describeNamed(generated.properties?.[sections.section], sections)
  const { $schema, properties, ...rest } = generated
  const whole = {
    $schema,
    title: 's3proxy configuration',
    description: 'The file that s3proxy --config and S3PROXY_CONFIG name; see s3proxy.json(5)',
    ...rest,
    properties: {
      $schema: { type: 'string', description: 'path of this schema, for editors' },
      ...properties,
    },
  }
  return `${JSON.stringify(whole, undefined, 2)}\n`
}

/** Describes each option of sections that the file names, and adds the files that secrets may come from. */
function describeNamed(node: Node | undefined, { optionsOf }: NamedSections): void {
  const section = node?.additionalProperties
  if (typeof section !== 'object' || section.properties === undefined) return
  for (const option of optionsOf('NAME')) {
    describe(section.properties, option)
    if (option.isSecret === true)
      section.properties[`${option.name}File`] = {
        type: 'string',
        description: `file that holds ${option.path}`,
      }
  }
}

function describe(properties: Record<string, Node>, option: Option): void {
  const { name, description, envNames, isSecret, inherits } = option
  const node = properties[name]
  if (node === undefined) return
  if (inherits !== undefined) delete node.default
  // Zod leaves the default out where a value within the list is parsed into another one.
  else if (option.kind === 'list of objects') node.default ??= defaultOf(option)
  const files = isSecret === true ? ' (or from a file: the name with _FILE behind it)' : ''
  const environment = envNames.length === 0 ? '' : `. Environment: ${envNames.join(', ')}${files}`
  node.description = `${description}${inherits === undefined ? '' : `; default: ${inherits}`}${environment}`
}
