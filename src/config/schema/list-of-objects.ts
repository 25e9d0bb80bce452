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

const expectedOneOrMore = 'expected an object, or a list of at least one'

/** A member of an object in a list that is one object, or a list of them; its value is a list in both cases. */
export const oneOrMoreObjects = <Item extends SectionSchema>(description: string, item: Item) =>
  z
    .union([item, z.array(item).min(1, expectedOneOrMore)], expectedOneOrMore)
    .transform((given) => [given].flat() as z.output<Item>[])
    .meta({ description, kind: 'object' })

/** The structure of a value that is a list of objects, an object, or either. */
export interface Structure {
  /** The members of the object, or of each object in the list. */
  members: Readonly<Record<string, OptionSchema>>
  /** The schema of each object in the list. */
  item: OptionSchema
  canBeObject: boolean
  canBeList: boolean
}

/** Finds the structure in the schema of a value; `undefined` for any other value. */
export function structureOf(schema: OptionSchema): Structure | undefined {
  const inner = innermost(schema)
  const given = inner instanceof z.ZodPipe ? innermost(inner.in) : inner
  const choices = given instanceof z.ZodUnion ? given.options.map(innermost) : [given]
  const list = choices.find((choice) => choice instanceof z.ZodArray)
  const object = choices.find((choice) => choice instanceof z.ZodObject)
  const item = object ?? (list === undefined ? undefined : innermost(list.element))
  if (!(item instanceof z.ZodObject)) return undefined
  const [canBeObject, canBeList] = [object !== undefined, list !== undefined]
  return { members: item.shape, item, canBeObject, canBeList }
}
