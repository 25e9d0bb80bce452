import type { OptionMeta } from '../schema/option-meta.ts'
import type { z } from '../schema/zod.ts'

/** Says what the schema expected, without the value that came. */
export function expectationOf({ issues }: z.core.$ZodError): string {
  return issues[0]?.message.replace(/^Invalid input: /, '') ?? 'invalid'
}

/** Says that an option is missing. */
export function requirementOf({ description }: Pick<OptionMeta, 'description'>): string {
  return `is required: ${description}`
}
