import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { personWithId } from '../../../src/person/person.ts'
import { personFromClaims } from '../../../src/person/person-from-claims.ts'
import type { Session } from '../../../src/session/session.ts'
import { decodeSession, encodeSession } from '../../../src/session/session-record.ts'
import { usualPlaces } from '../../helpers/sso/usual-places.ts'

const times = { createdAt: 1_700_000_000_000, verifiedAt: 1_700_000_060_000 }

describe('a session record', () => {
  it('gives back the session that it was made of', () => {
    const claims = {
      sub: 's-1',
      name: 'Jo',
      email: 'jo@example.com',
      email_verified: false,
      groups: ['a'],
      x: { y: [1] },
    }
    for (const person of [
      personFromClaims(claims, usualPlaces),
      personWithId('jo'),
      personWithId(undefined),
    ]) {
      const session: Session = { accessToken: 'the-token', person, ...times }
      assert.deepEqual(defined(decodeSession(encodeSession(session))), session)
    }
  })

  it('keeps tokens, their times and the login, however long they are', () => {
    const more = {
      ...{ refreshToken: 'r'.repeat(60_000), idToken: 'i'.repeat(60_000), unverifiedIdToken: 'u' },
      ...{ expiresAt: 1_700_000_300_000, renewAt: 1_700_000_240_000.5 },
    }
    for (const login of [
      { issuer: 'https://a.example', subject: 's-1', sid: 'x' },
      { issuer: '', subject: '' },
    ]) {
      const session = {
        accessToken: 't'.repeat(60_000),
        person: personWithId('jo'),
        ...times,
        ...more,
        login,
      }
      assert.deepEqual(decodeSession(encodeSession(session)), session)
    }
  })

  it('is read by a program that knows none of the later fields', () => {
    const session = { accessToken: 't', person: personWithId('jo'), ...times, refreshToken: 'r' }
    assert.equal(JSON.parse(encodeSession(session)).version, 1)
  })

  it('keeps the version and nothing that a session does not have', () => {
    const session = { accessToken: 't', person: personWithId('jo'), ...times, more: 'canary' }
    assert.deepEqual(JSON.parse(encodeSession(session)), {
      ...{ version: 1, accessToken: 't', person: { id: 'jo', groups: 'unknown' }, ...times },
    })
  })

  it('without a version has the id of the person alone, and becomes one with a version', () => {
    for (const [who, id] of [
      ['jo@example.com', 'jo@example.com'],
      ['unnamed', undefined],
    ] as const) {
      const session = decodeSession(JSON.stringify({ accessToken: 't', who, ...times }))
      assert.deepEqual(defined(session), { accessToken: 't', person: personWithId(id), ...times })
      assert.deepEqual(decodeSession(encodeSession(session as Session)), session)
    }
  })

  const person = {
    id: 'jo',
    name: 'Jo',
    email: 'a@b',
    emailVerified: true,
    groups: ['a'],
    claims: { sub: 'jo' },
  }
  const login = { issuer: 'i', subject: 's', sid: 'x' }
  const record = { version: 1, accessToken: 't', person, ...times, login, ...{ expiresAt: 5, renewAt: 4 } }

  it('of a later version is no session', () => {
    assert.ok(decodeSession(JSON.stringify(record)))
    for (const version of [2, 0, -1, '1', null, true, [1], {}])
      assert.equal(decodeSession(JSON.stringify({ ...record, version, who: 'jo' })), undefined, `${version}`)
  })

  it('that is no record is no session', () => {
    for (const text of ['', 'x', '{', 'null', '5', '"a"', '[]', '{}', '{"version":1}', '\u0000'])
      assert.equal(decodeSession(text), undefined, text)
  })

  it('with a field that is missing or of another type is no session', () => {
    const added = ['refreshToken', 'idToken', 'expiresAt', 'renewAt', 'login']
    const rubbish: unknown[] = [null, 5, true, [5], [[]], {}, { a: 1 }, '']
    const fits: Record<string, unknown[]> = {
      ...{ createdAt: [5], verifiedAt: [5], id: [''], name: [''], email: [''], accessToken: [''] },
      ...{ emailVerified: [true], claims: [{}, { a: 1 }], refreshToken: [''], idToken: [''] },
      ...{ expiresAt: [5], renewAt: [5], issuer: [''], subject: [''], sid: [''] },
    }
    for (const name of ['accessToken', 'createdAt', 'verifiedAt', 'person'] as const)
      assert.equal(decodeSession(JSON.stringify({ ...record, [name]: undefined })), undefined, name)
    for (const value of rubbish) {
      for (const name of ['accessToken', 'createdAt', 'verifiedAt', 'person', ...added])
        assertDecodes({ ...record, [name]: value }, isAmong(fits[name], value), name)
      for (const name of Object.keys(login))
        assertDecodes({ ...record, login: { ...login, [name]: value } }, isAmong(fits[name], value), name)
      for (const name of Object.keys(person))
        assertDecodes({ ...record, person: { ...person, [name]: value } }, isAmong(fits[name], value), name)
      const { person: _, version: __, ...old } = record
      assertDecodes({ ...old, who: value }, value === '', 'who')
    }
    for (const time of ['1e400', '-1e400'])
      assert.equal(decodeSession(JSON.stringify(record).replace(/1700000000000/, time)), undefined)
  })
})

/** Leaves out what is not known. */
function defined(session: Session | undefined): object {
  return Object.fromEntries(Object.entries(session ?? {}).filter(([, value]) => value !== undefined))
}

function assertDecodes(record: object, isSession: boolean, name: string): void {
  const text = JSON.stringify(record)
  assert.equal(decodeSession(text) !== undefined, isSession, `${name}: ${text}`)
}

function isAmong(values: unknown[] | undefined, value: unknown): boolean {
  return values?.some((one) => JSON.stringify(one) === JSON.stringify(value)) ?? false
}
