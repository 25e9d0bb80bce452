import { isJsonObject } from '../../http/json-object.ts'
import { type Structure, structureOf } from '../schema/list-of-objects.ts'
import { metaOf, type OptionSchema } from '../schema/option-meta.ts'
import { closestName } from './closest-name.ts'
import type { Problem } from './problem.ts'
import { expectationOf, requirementOf } from './schema-messages.ts'
import { problemOf } from './unknown-keys.ts'

/**
 * Lists everything that is wrong within a list of objects, with whole paths such as `access.rules[3].to.groups`.
 *
 * @param path of the value
 * @param file path of the file that it stands in
 */
export function problemsWithin(schema: OptionSchema, value: unknown, path: string, file: string): Problem[] {
  const parsed = schema.safeParse(value)
  if (parsed.success) return []
  if (value === undefined) return [problemOf(path, requirementOf(metaOf(schema)))]
  const structure = structureOf(schema)
  const inner = structure === undefined ? [] : problemsOfMembers(structure, value, path, file)
  // A value without a wrong member is of another kind, or its members do not fit together.
  if (inner.length > 0) return inner
  const isNoObject = structure?.canBeList === false && !isJsonObject(value)
  return [
    problemOf(path, `${isNoObject ? 'expected an object' : expectationOf(parsed.error)} (from ${file})`),
  ]
}

function problemsOfMembers(structure: Structure, value: unknown, path: string, file: string): Problem[] {
  const { members, item, canBeObject, canBeList } = structure
  if (canBeList && Array.isArray(value))
    return value.flatMap((one, index) =>
      problemsWithin(item, one, `${path}[${index}]`, `${file}${nameOf(one)}`),
    )
  if (!canBeObject || !isJsonObject(value)) return []
  const ofMembers = Object.entries(members).flatMap(([name, member]) =>
    problemsWithin(member, Object.hasOwn(value, name) ? value[name] : undefined, `${path}.${name}`, file),
  )
  return [...unknownMembers(Object.keys(members), value, path, file), ...ofMembers]
}

/** The name of an object in a list, as it stands behind the name of the file. */
function nameOf(item: unknown): string {
  return isJsonObject(item) && typeof item.name === 'string' && item.name !== ''
    ? `, ${JSON.stringify(item.name)}`
    : ''
}

function unknownMembers(known: readonly string[], value: object, path: string, file: string): Problem[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const guess = closestName(key, known)
      const guessedPath = guess === undefined ? undefined : `${path}.${guess}`
      return problemOf(`${path}.${key}`, `unknown key in ${file}`, guessedPath)
    })
}
