import { z } from 'zod'

/** How the text of an environment variable becomes the value of an option. */
export type OptionKind = 'text' | 'count' | 'flag' | 'list' | 'flag or list'

/** One option's part of the schema. */
export type OptionSchema = z.ZodType

/**
 * - `always`: the process itself is made by it
 * - `with-store`: it has no meaning without `session.store`, which only a restart changes
 * - `with-tls`: a value can follow another one, but whether there is any belongs to the socket
 */
export type RestartRule = 'always' | 'with-store' | 'with-tls'

/** Facts about an option beyond its type. */
export interface OptionMeta {
  description: string
  kind: OptionKind
  /** Names of the original and of the platform, strongest first; the systematic name goes before them. */
  env?: string[]
  /** Never shown, and may come from a file (`NAME_FILE`). */
  isSecret?: boolean
  /** The path of a file that is read with the configuration. */
  isFile?: boolean
  /** Says when another value needs a restart; `undefined`: never, the next request goes by it. */
  restart?: RestartRule
  /** The session store is opened anew for another value. */
  reopensStore?: boolean
  /** Completes text from flags and environment before it is checked. */
  complete?(text: string): string
  /** The value fit to be shown to people, where it is not shown as it is. Secrets without this are masked. */
  show?(value: unknown): unknown
}

/** A file that an option names. */
export interface NamedFile {
  path: string
  /** Text of the file; empty until it was read. */
  content: string
}

type MoreMeta = Partial<OptionMeta>

/** Options that belong together; unknown keys are refused. */
export const section = z.strictObject
/** The values that come out of a schema. */
export type SectionOutput<Schema extends z.ZodType> = z.output<Schema>

/** An option that is text of any kind. */
export const text = (description: string, meta: MoreMeta = {}) => textLike(description, plainText, meta)

/** An option that is given as text of one shape. */
export const textLike = <Schema extends OptionSchema>(
  description: string,
  schema: Schema,
  meta: MoreMeta = {},
): Schema => schema.meta({ description, kind: 'text', ...meta })

/** An option that names a file. */
export const file = (description: string, meta: MoreMeta = {}) =>
  textLike(
    description,
    plainText.transform((path): NamedFile => ({ path, content: '' })),
    { isFile: true, show: ({ path }: NamedFile) => path, ...meta },
  )

/** An option that is a whole number. */
export const count = (description: string, minimum: number, maximum: number, meta: MoreMeta = {}) => {
  const expected = `expected a whole number from ${minimum} to ${maximum}`
  return z
    .int(expected)
    .min(minimum, expected)
    .max(maximum, expected)
    .meta({ description, kind: 'count', ...meta })
}

/** An option that is on or off. */
export const flag = (description: string, meta: MoreMeta = {}) =>
  z.boolean('expected true or false').meta({ description, kind: 'flag', ...meta })

/** An option that has one of a few values. */
export const choice = <const Values extends readonly string[]>(
  description: string,
  values: Values,
  meta: MoreMeta = {},
) => textLike(description, z.enum(values, `expected one of ${values.join(', ')}`), meta)

/** An option that is a list of texts, separated by commas in the environment. */
export const list = (description: string, item: z.ZodType<string>, expected: string) =>
  z.array(item, expected).min(1, expected).meta({ description, kind: 'list' })

/** An option that is on or off, or on for some of a list. */
export const flagOrList = (description: string, item: z.ZodType<string>, expected: string) =>
  z.union([z.boolean(), z.array(item).min(1, expected)], expected).meta({ description, kind: 'flag or list' })

/** Text of any kind that can be written and read again. */
const plainText = z
  .string('expected text')
  .min(1, 'expected text that is not empty')
  .refine((value) => value.isWellFormed(), 'expected text that is well-formed Unicode')

/** Text that is parsed, once and for all. @param parse answers `undefined` for text that is not what is expected */
export const parsed = <Value>(
  schema: z.ZodType<string, string>,
  parse: (text: string) => Value | undefined,
  expected: string,
) =>
  schema.transform((given, context): Value => {
    const value = parse(given)
    if (value !== undefined) return value
    context.addIssue(expected)
    return z.NEVER
  })

/** Text that is left to its parser. */
export const anyText = (expected: string) => z.string(expected)

/** Text of one shape; the message says which, and never repeats what was given. */
export const shaped = (shape: RegExp, expected: string) => z.string(expected).regex(shape, expected)

/** Text of one shape that `new URL` reads too. */
export const url = (shape: RegExp, expected: string) =>
  shaped(shape, expected).refine((value) => URL.canParse(value), expected)

/** Text for headers and forms; the message says where the first character of another kind is, and never which. */
export const printable = (shape: RegExp, others: RegExp, expected: string) =>
  z.string(expected).regex(shape, {
    error({ input }) {
      const index = [...String(input)].findIndex((character) => others.test(character))
      return index === -1 ? expected : `${expected}: character ${index + 1} is something else`
    },
  })

/** @returns what the schema of one option says of it */
export function metaOf(schema: OptionSchema): OptionMeta {
  return innermost(schema).meta() as unknown as OptionMeta
}

/** @returns the values that an option is chosen from; empty for any other */
export function choicesOf(schema: OptionSchema): string[] {
  const inner = innermost(schema)
  return inner instanceof z.ZodEnum ? inner.options.map(String) : []
}

/** Defaults and optionality are wrapped around the schema that carries meaning and values. */
function innermost(schema: OptionSchema): OptionSchema {
  const isWrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
  return isWrapped ? innermost(schema.unwrap() as OptionSchema) : schema
}

/** Milliseconds of a day: no time limit is longer. */
export const day = 86_400_000
export const mebibyte = 1024 * 1024
export const terabyte = 1024 ** 4
