import { isTexts } from '../person/groups-in.ts'
import { type Person, personWithId, unnamed } from '../person/person.ts'
import type { Session } from './session.ts'

const version = 1

/** The form in which the store keeps a session, before it is sealed. */
export function encodeSession({ accessToken, person, createdAt, verifiedAt }: Session): string {
  return JSON.stringify({ version, accessToken, person, createdAt, verifiedAt })
}

/**
 * Reads a session from the store. Records without a version, which have nothing but the id of the person in `who`, are
 * taken as well.
 *
 * @returns `undefined` for everything else, such as the records of a later version
 */
export function decodeSession(text: string): Session | undefined {
  const record = parseObject(text)
  if (record === undefined) return undefined
  const { accessToken, createdAt, verifiedAt } = record
  if (typeof accessToken !== 'string' || !isTime(createdAt) || !isTime(verifiedAt)) return undefined
  const person = personIn(record)
  return person === undefined ? undefined : { accessToken, person, createdAt, verifiedAt }
}

function personIn(record: Fields): Person | undefined {
  if (record.version === version) return isObject(record.person) ? decodePerson(record.person) : undefined
  if (record.version !== undefined || typeof record.who !== 'string') return undefined
  return personWithId(record.who === unnamed ? undefined : record.who)
}

/** JSON has no `undefined`: what is not known is not there. */
function decodePerson({ id, name, email, emailVerified, groups, claims }: Fields): Person | undefined {
  if (!isTextOrMissing(id) || !isTextOrMissing(name) || !isTextOrMissing(email)) return undefined
  if (emailVerified !== undefined && typeof emailVerified !== 'boolean') return undefined
  if (groups !== 'unknown' && !(Array.isArray(groups) && isTexts(groups))) return undefined
  if (claims !== undefined && !isObject(claims)) return undefined
  return { id, name, email, emailVerified, groups, claims }
}

type Fields = Readonly<Record<string, unknown>>

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTextOrMissing(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
