import type { OptionSchema } from './option-meta.ts'
import { z } from './zod.ts'

/** Options that belong together; unknown keys are refused. */
export const section = z.strictObject

/** The schema of a section that the file has once. */
export type SectionSchema = z.ZodObject<Record<string, OptionSchema>>

/** The values that come out of a schema. */
export type SectionOutput<Schema extends z.ZodType> = z.output<Schema>
