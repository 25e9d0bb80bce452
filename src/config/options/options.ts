import {
  isNamedSections,
  type NamedSectionsMeta,
  type NamedSectionsSchema,
} from '../schema/named-sections.ts'
import { metaOf, type OptionMeta, type OptionSchema } from '../schema/option-meta.ts'
import type { SectionSchema } from '../schema/section.ts'
import type { Option } from './option.ts'

/** Everything that a schema knows. */
export interface Options {
  /** The names of all keys at the top of the file, in the order of the schema. */
  sections: readonly string[]
  /** The options of sections that a file has once, in the order of the schema. */
  single: readonly Option[]
  /** The keys whose sections get their names from the file. */
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
  const { description = '', inherits = [], notInheritedWith = {}, restart } = schema.meta() ?? {}
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
        ...siblings(section, ofName, notInheritedWith[name]),
      })),
  }
}

function siblings(
  section: string,
  ofName: string,
  names: readonly string[] | undefined,
): Pick<Option, 'notInheritedWith'> {
  return names === undefined ? {} : { notInheritedWith: names.map((name) => `${section}.${ofName}.${name}`) }
}

/**
 * Whether an option of a named section is the very one of another section, and so inherited. A named section may have
 * an option of its own under the same name.
 */
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

/** Makes the environment name of a path: `S3PROXY_S3_STALL_TIMEOUT_MS`. */
export function systematicName(...keys: string[]): string {
  return `S3PROXY_${keys.join('_').replace(/[A-Z]/g, (capital) => `_${capital}`)}`.toUpperCase()
}
