import type { OptionMeta, OptionSchema } from './option-meta.ts'
import { plainText } from './text-shapes.ts'
import { z } from './zod.ts'

type MoreMeta = Partial<OptionMeta>

/** An option that is text of any kind. */
export const text = (description: string, meta: MoreMeta = {}) => textLike(description, plainText, meta)

/** An option that is given as text of one shape. */
export const textLike = <Schema extends OptionSchema>(
  description: string,
  schema: Schema,
  meta: MoreMeta = {},
): Schema => schema.meta({ description, kind: 'text', ...meta })

/** An option that names a file, which is read with the configuration. */
export const file = (description: string, meta: MoreMeta = {}) =>
  textLike(
    description,
    plainText.transform((path): FileOfOption => ({ path, content: '' })),
    { isFile: true, show: pathOf, ...meta },
  )

/** A file that an option names. */
export interface FileOfOption {
  path: string
  /** Text of the file; empty until it was read. */
  content: string
}

function pathOf({ path }: FileOfOption): string {
  return path
}

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
