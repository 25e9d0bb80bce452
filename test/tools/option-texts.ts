import { z } from 'zod'
import { defaultOf, isRequired, type Option } from '../../src/config/options/option.ts'
import type { NamedSections, Options } from '../../src/config/options/options.ts'
import { structureOf } from '../../src/config/schema/list-of-objects.ts'
import { metaOf, type OptionMeta, type OptionSchema } from '../../src/config/schema/option-meta.ts'

/** The texts of documentation about one option, read off the schema. */
export interface OptionText {
  /** `s3.region`, `mounts.NAME.path`, `access.rules[].to.groups` */
  path: string
  section: string
  description: string
  /** `65535`, `lax`, `required`, `none` or `inherited`. */
  value: string
  /** `integer, 1 to 256`, `lax or none`, `text`; `as there` where it is inherited. */
  type: string
  /** Empty where the option stands in the file only. */
  envNames: string[]
  isSecret: boolean
}

/** Lists every option of a schema. All options that named sections inherit from one section make one text. */
export function optionTexts({ single, named }: Options): OptionText[] {
  return [...single.flatMap(textsOf), ...named.flatMap((sections) => textsOfNamed(sections, single))]
}

/** Whether a default is said in words, and stands in no code font. */
export function isInWords(value: string): boolean {
  return value === 'required' || value === 'none' || value === 'inherited'
}

function textsOfNamed(
  { section, inherits = [], optionsOf }: NamedSections,
  single: readonly Option[],
): OptionText[] {
  const options = optionsOf('NAME')
  const isFrom = (option: Option, other: string) => option.inherits?.startsWith(`${other}.`) === true
  const inherited = inherits.map((other) => {
    const hasSecret = options.some((option) => option.isSecret === true && isFrom(option, other))
    const files = '; a secret may come from a file, whose path the name with File behind it gives'
    const missing = single
      .filter(
        (option) => option.section === other && !options.some(({ inherits: from }) => from === option.path),
      )
      .map(({ name }) => name)
    const but = missing.length === 0 ? '' : ` but ${missing.join(', ')}`
    const description = `every option of ${other}${but}${hasSecret ? files : ''}`
    const path = `${section}.NAME.*`
    return { path, section, description, value: 'inherited', type: 'as there', envNames: [], isSecret: false }
  })
  return [...options.filter((option) => option.inherits === undefined).flatMap(textsOf), ...inherited]
}

/** An option, and the members of its objects. */
function textsOf({ path, section, schema, envNames, ...meta }: Option): OptionText[] {
  return [
    { ...textOf(path, section, schema, meta), envNames },
    ...membersOf(schema, path).map(([memberPath, member]) =>
      textOf(memberPath, section, member, metaOf(member)),
    ),
  ]
}

function textOf(
  path: string,
  section: string,
  schema: OptionSchema,
  { description, kind, isSecret }: OptionMeta,
): OptionText {
  const type = kind === 'flag or list' ? 'true, false or list' : typeOf(schema)
  const value = shownDefault(schema)
  return { path, section, description, value, type, envNames: [], isSecret: isSecret === true }
}

function membersOf(schema: OptionSchema, path: string): [path: string, schema: OptionSchema][] {
  const structure = structureOf(schema)
  if (structure === undefined) return []
  const prefix = structure.canBeObject ? path : `${path}[]`
  return Object.entries(structure.members).flatMap(([name, member]) => [
    [`${prefix}.${name}`, member],
    ...membersOf(member, `${prefix}.${name}`),
  ])
}

function shownDefault(schema: OptionSchema): string {
  if (isRequired({ schema })) return 'required'
  const value = defaultOf({ schema })
  if (Array.isArray(value) && value.length === 0) return 'none'
  return value === undefined ? 'none' : String(value)
}

function typeOf(schema: OptionSchema): string {
  const structure = structureOf(schema)
  if (structure !== undefined) {
    const { canBeObject, canBeList } = structure
    return [...(canBeObject ? ['object'] : []), ...(canBeList ? ['list of objects'] : [])].join(' or ')
  }
  const { type, minimum, maximum, enum: values, const: only } = z.toJSONSchema(schema, { io: 'input' })
  if (values !== undefined) return values.join(', ').replace(/, ([^,]*)$/, ' or $1')
  if (only !== undefined) return String(only)
  if (type === 'integer') return `integer, ${minimum} to ${maximum}`
  if (type === 'boolean') return 'true or false'
  if (type === 'object') return 'object'
  if (metaOf(schema).kind === 'list' && type === undefined) return 'text or list'
  return type === 'array' ? 'list' : 'text'
}
