import type { OptionMeta } from './schema/option-meta.ts'
import type { z } from './schema/zod.ts'

/** What the schema expected of a value; never repeats the value. */
export function expectationOf({ issues }: z.core.$ZodError): string {
  return issues[0]?.message.replace(/^Invalid input: /, '') ?? 'invalid'
}

/** What is said of an option that has to be given, and is not. */
export function requirementOf({ description }: Pick<OptionMeta, 'description'>): string {
  return `is required: ${description}`
}
