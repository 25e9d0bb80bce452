import { innermost, type OptionMeta, type OptionSchema } from './option-meta.ts'
import type { SectionSchema } from './section.ts'
import { z } from './zod.ts'

/**
 * An option that is a list of objects, such as rules. It stands in the file only, and holds no secret.
 *
 * @param item made by `section`; its members are options themselves, or objects again
 */
export const listOfObjects = <Item extends SectionSchema>(
  description: string,
  item: Item,
  meta: Partial<OptionMeta> = {},
) => z.array(item, 'expected a list of objects').meta({ description, kind: 'list of objects', ...meta })

/** A member of an object in a list that is an object itself. */
export const object = <Members extends SectionSchema>(description: string, members: Members) =>
  members.meta({ description, kind: 'object' })

/** The parts of a value that is a list of objects, or an object. */
export type Structure =
  | { kind: 'list'; item: OptionSchema }
  | { kind: 'object'; members: Readonly<Record<string, OptionSchema>> }

/** Finds the parts in the schema of a value; `undefined` for any other value. */
export function structureOf(schema: OptionSchema): Structure | undefined {
  const inner = innermost(schema)
  if (inner instanceof z.ZodObject) return { kind: 'object', members: inner.shape }
  if (!(inner instanceof z.ZodArray)) return undefined
  const item = innermost(inner.element)
  return item instanceof z.ZodObject ? { kind: 'list', item } : undefined
}
