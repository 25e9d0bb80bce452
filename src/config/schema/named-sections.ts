import type { RestartRule } from './option-meta.ts'
import { type SectionSchema, section } from './section.ts'
import { shaped } from './text-shapes.ts'
import { z } from './zod.ts'

/** The schema of sections that the file names. */
export type NamedSectionsSchema = z.ZodRecord<z.ZodString, SectionSchema>

/** Facts about named sections beyond their options. */
export interface NamedSectionsMeta {
  /**
   * Sections that stand in for a named one: an option that is missing in it has the value of the same option there.
   * The options that are inherited are put into `options` by their shape: `{ ...s3.shape, path: … }`.
   */
  inherits?: string[]
  /**
   * Options that are not inherited where the section itself has one of those that are named here: together they mean
   * one thing, such as an access key.
   */
  notInheritedWith?: Readonly<Record<string, readonly string[]>>
  /** Says when adding or removing a name needs a restart. */
  restart?: RestartRule
}

export const expectedName = 'expected a name of at most 63 letters, digits, - and _ that begins with a letter'
const sectionName = shaped(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, expectedName)

/**
 * Sections of one kind that the file gives names to: `mounts.NAME.path`. They stand in the file only, and a secret in
 * them may come from a file, by `…File` beside it.
 */
export const namedSections = <Options extends SectionSchema['shape']>(
  description: string,
  options: Options,
  meta: NamedSectionsMeta = {},
) => z.record(sectionName, section(options)).meta({ description, ...meta })

declare module 'zod' {
  interface GlobalMeta extends NamedSectionsMeta {}
}

export function isNamedSections(schema: SectionSchema | NamedSectionsSchema): schema is NamedSectionsSchema {
  return schema instanceof z.ZodRecord
}

/** Whether a section can have that name in the file. */
export function isSectionName(name: string): boolean {
  return sectionName.safeParse(name).success
}
