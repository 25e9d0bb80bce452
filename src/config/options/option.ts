import { choicesOf, type OptionMeta, type OptionSchema } from '../schema/option-meta.ts'

/** One option, read off the schema. */
export interface Option extends OptionMeta {
  /** `s3.stallTimeoutMs`, `mounts.docs.path` */
  path: string
  /** The words of the path: keys in the file, one within the other. */
  keys: readonly string[]
  section: string
  name: string
  schema: OptionSchema
  /** Strongest first; the systematic name is the first. Empty where the option stands in the file only. */
  envNames: string[]
  /** Path of the option whose value this one has where the file gives none. */
  inherits?: string
  /** Paths of options of the same section that keep it from being inherited. */
  notInheritedWith?: readonly string[]
}

/** The default as documentation shows it; `undefined` when the option is required or has none. */
export function defaultOf(option: Pick<Option, 'schema'>): unknown {
  const parsed = option.schema.safeParse(undefined)
  return parsed.success ? parsed.data : undefined
}

/** Lists the values of an option that has only a few; empty for any other. */
export function valuesOf({ kind, schema }: Option): string[] {
  return kind === 'flag' || kind === 'flag or list' ? ['true', 'false'] : choicesOf(schema)
}

export function isRequired(option: Pick<Option, 'schema'>): boolean {
  return !option.schema.safeParse(undefined).success
}
