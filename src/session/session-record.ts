import { isJsonObject, jsonObjectIn } from '../http/json-object.ts'
import { isTexts } from '../person/groups-in.ts'
import { type Person, personWithId, unnamed } from '../person/person.ts'
import type { OidcLogin, Session } from './session.ts'

/**
 * The version stays the same where a field is added that older programs may ignore: while old and new instances run side
 * by side, each reads what the other writes. An old one drops the field with its next write.
 */
const version = 1

/** The form in which the store keeps a session, before it is sealed. */
export function encodeSession(session: Session): string {
  const { accessToken, person, createdAt, verifiedAt } = session
  const { refreshToken, idToken, unverifiedIdToken, expiresAt, renewAt, login } = session
  const always = { version, accessToken, person, createdAt, verifiedAt }
  return JSON.stringify({ ...always, refreshToken, idToken, unverifiedIdToken, expiresAt, renewAt, login })
}

/**
 * Reads a session from the store. Records without a version, which have nothing but the id of the person in `who`, are
 * taken as well. Refresh token, id tokens, times of the token and login may be missing in any record.
 *
 * @returns `undefined` for everything else, such as the records of a later version
 */
export function decodeSession(text: string): Session | undefined {
  const record = jsonObjectIn(text)
  if (record === undefined) return undefined
  const { accessToken, createdAt, verifiedAt } = record
  if (typeof accessToken !== 'string' || !isTime(createdAt) || !isTime(verifiedAt)) return undefined
  const { refreshToken, idToken, unverifiedIdToken, expiresAt, renewAt, login } = record
  if (!isTextOrMissing(refreshToken)) return undefined
  if (!isTextOrMissing(idToken) || !isTextOrMissing(unverifiedIdToken)) return undefined
  if (!isTimeOrMissing(expiresAt) || !isTimeOrMissing(renewAt)) return undefined
  if (login !== undefined && !isLogin(login)) return undefined
  const person = personIn(record)
  if (person === undefined) return undefined
  return {
    ...{ accessToken, person, createdAt, verifiedAt, refreshToken, idToken, unverifiedIdToken },
    ...{ expiresAt, renewAt, login },
  }
}

function isLogin(value: unknown): value is OidcLogin {
  return (
    isJsonObject(value) &&
    typeof value.issuer === 'string' &&
    typeof value.subject === 'string' &&
    isTextOrMissing(value.sid)
  )
}

function personIn(record: Fields): Person | undefined {
  if (record.version === version) return isJsonObject(record.person) ? decodePerson(record.person) : undefined
  if (record.version !== undefined || typeof record.who !== 'string') return undefined
  return personWithId(record.who === unnamed ? undefined : record.who)
}

/** JSON has no `undefined`: what is not known is not there. */
function decodePerson({ id, name, email, emailVerified, groups, claims }: Fields): Person | undefined {
  if (!isTextOrMissing(id) || !isTextOrMissing(name) || !isTextOrMissing(email)) return undefined
  if (emailVerified !== undefined && typeof emailVerified !== 'boolean') return undefined
  if (groups !== 'unknown' && !isTexts(groups)) return undefined
  if (claims !== undefined && !isJsonObject(claims)) return undefined
  return { id, name, email, emailVerified, groups, claims }
}

type Fields = Readonly<Record<string, unknown>>

function isTextOrMissing(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isTimeOrMissing(value: unknown): value is number | undefined {
  return value === undefined || isTime(value)
}
