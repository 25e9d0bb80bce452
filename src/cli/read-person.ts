import { readFileSync } from 'node:fs'
import { isJsonObject } from '../http/json-object.ts'
import { isTexts } from '../person/groups-in.ts'
import type { Person } from '../person/person.ts'
import { type ClaimPlaces, personFromClaims } from '../person/person-from-claims.ts'
import { UsageError } from './command/usage-error.ts'

/**
 * Reads a person from a file of JSON, in the form of `/__s3proxy/me`. Members that are missing come from its claims, as they
 * do for somebody who signs in.
 *
 * @param path `-` is stdin
 * @returns `undefined` for `null`: somebody who is not signed in
 * @throws UsageError where it is no person
 */
export function readPerson(path: string, places: ClaimPlaces): Person | undefined {
  const json = parse(path)
  if (json === null) return undefined
  if (!isJsonObject(json)) throw new UsageError(`expected ${path} to hold an object, or null for nobody`)
  for (const name of Object.keys(json))
    if (!Object.hasOwn(shapes, name))
      throw new UsageError(`${path} has ${JSON.stringify(name)}: expected ${Object.keys(shapes).join(', ')}`)
  for (const [name, { isFitting, expected }] of Object.entries(shapes))
    if (json[name] !== undefined && !isFitting(json[name]))
      throw new UsageError(`expected ${name} in ${path} to be ${expected}`)
  const given = json as Partial<Person>
  return { ...personFromClaims(given.claims ?? {}, places), claims: given.claims, ...given }
}

function parse(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
    throw new UsageError(`cannot read the person from ${path}: ${code}`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`expected ${path} to be JSON, as /__s3proxy/me shows it`)
  }
}

const text = { isFitting: (value: unknown) => typeof value === 'string', expected: 'a text' }

/** The members of a person in a file. */
const shapes: Record<keyof Person, { isFitting(value: unknown): boolean; expected: string }> = {
  id: text,
  name: text,
  email: text,
  emailVerified: { isFitting: (value) => typeof value === 'boolean', expected: 'true or false' },
  groups: {
    isFitting: (value) => value === 'unknown' || isTexts(value),
    expected: 'a list of texts, or "unknown"',
  },
  claims: { isFitting: isJsonObject, expected: 'an object' },
}
