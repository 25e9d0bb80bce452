import type { Option } from './option.ts'
import { isNamedSections, type NamedSectionsMeta, type NamedSectionsSchema } from './schema/named-sections.ts'
import { metaOf, type OptionMeta, type OptionSchema } from './schema/option-meta.ts'
import type { SectionSchema } from './schema/section.ts'

/** Everything that a schema knows. */
export interface Options {
  /** Every section, in the order of the schema; those that hold named ones too. */
  sections: readonly string[]
  /** The options of sections that a file has once, in the order of the schema. */
  single: readonly Option[]
  /** The sections that hold named ones. */
  named: readonly NamedSections[]
}

/** Sections that the file gives names to. */
export interface NamedSections extends NamedSectionsMeta {
  section: string
  description: string
  /** @returns the options of the section with that name, in the order of the schema */
  optionsOf(name: string): Option[]
}

/** A schema of a configuration: sections, and sections by name. */
export interface ConfigSchema {
  shape: Readonly<Record<string, SectionSchema | NamedSectionsSchema>>
}

/** Reads every option off a schema. */
export function createOptions({ shape }: ConfigSchema): Options {
  const single: Option[] = []
  const named: NamedSections[] = []
  for (const [section, schema] of Object.entries(shape)) {
    if (isNamedSections(schema)) named.push(toNamedSections(section, schema, shape))
    else
      for (const [name, option] of Object.entries(schema.shape)) {
        const meta = metaOf(option)
        const isInFileOnly = meta.kind === 'list of objects' || meta.kind === 'object'
        const envNames = isInFileOnly ? [] : [systematicName(section, name), ...(meta.env ?? [])]
        single.push({ ...toOption([section, name], option, meta), envNames })
      }
  }
  return { sections: Object.keys(shape), single, named }
}

function toNamedSections(
  section: string,
  schema: NamedSectionsSchema,
  all: ConfigSchema['shape'],
): NamedSections {
  const { description = '', inherits = [], restart } = schema.meta() ?? {}
  const options = Object.entries(schema.valueType.shape).map(([name, option]) => {
    const from = inherits.find((other) => isOptionOf(all[other], name, option))
    return {
      name,
      option,
      meta: metaOf(option),
      ...(from === undefined ? {} : { inherits: `${from}.${name}` }),
    }
  })
  return {
    section,
    description,
    inherits,
    ...(restart === undefined ? {} : { restart }),
    optionsOf: (ofName) =>
      options.map(({ name, option, meta, ...inherited }) => ({
        ...toOption([section, ofName, name], option, meta),
        ...inherited,
      })),
  }
}

/** An option is inherited where it is the very same one: a section may have one of its own under that name. */
function isOptionOf(
  section: SectionSchema | NamedSectionsSchema | undefined,
  name: string,
  option: OptionSchema,
) {
  return section !== undefined && !isNamedSections(section) && section.shape[name] === option
}

function toOption(
  keys: readonly [section: string, ...string[]],
  schema: OptionSchema,
  meta: OptionMeta,
): Option {
  return {
    ...meta,
    path: keys.join('.'),
    keys,
    section: keys[0],
    name: keys.at(-1) ?? '',
    schema,
    envNames: [],
  }
}

/** `S3PROXY_S3_STALL_TIMEOUT_MS` */
export function systematicName(...keys: string[]): string {
  return `S3PROXY_${keys.join('_').replace(/[A-Z]/g, (capital) => `_${capital}`)}`.toUpperCase()
}
