import { choicesOf, metaOf, type OptionMeta, type OptionSchema } from './schema/option-types.ts'
import { configSchema, type Parsed } from './schema.ts'

/** The parts of the configuration; `fetch` needs but some of them. */
export type Section = keyof typeof configSchema.shape

/** One option, read off the schema. */
export interface Option extends OptionMeta {
  /** `s3.stallTimeoutMs` */
  path: string
  section: Section
  name: string
  schema: OptionSchema
  /** Strongest first; the systematic name is the first. */
  envNames: string[]
}

export const sections = Object.keys(configSchema.shape) as Section[]

/** Every option, in the order of the schema. */
export const options: Option[] = sections.flatMap((section) =>
  Object.entries(configSchema.shape[section].shape as Record<string, OptionSchema>).map(([name, schema]) => {
    const meta = metaOf(schema)
    return {
      ...meta,
      path: `${section}.${name}`,
      section,
      name,
      schema,
      envNames: [systematicName(section, name), ...(meta.env ?? [])],
    }
  }),
)

/** `S3PROXY_S3_STALL_TIMEOUT_MS` */
function systematicName(section: Section, name: string): string {
  return `S3PROXY_${section}_${name.replace(/[A-Z]/g, (capital) => `_${capital}`)}`.toUpperCase()
}

/** Values by section and name, as far as there are any. */
export type Values = { [Name in Section]?: Partial<Parsed[Name]> }

export function getValue(values: Values, { section, name }: Option): unknown {
  return (values[section] as Record<string, unknown> | undefined)?.[name]
}

export function setValue(values: Values, { section, name }: Option, value: unknown): void {
  values[section] = { ...values[section], [name]: value }
}

/** The default as documentation shows it; `undefined` when the option is required or has none. */
export function defaultOf(option: Option): unknown {
  const parsed = option.schema.safeParse(undefined)
  return parsed.success ? parsed.data : undefined
}

/** The values of an option that has but a few; empty for any other. */
export function valuesOf({ kind, schema }: Option): string[] {
  return kind === 'flag' || kind === 'flag or list' ? ['true', 'false'] : choicesOf(schema)
}

export function isRequired(option: Option): boolean {
  return !option.schema.safeParse(undefined).success
}
