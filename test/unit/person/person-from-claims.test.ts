import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { personWithId } from '../../../src/person/person.ts'
import { personFromClaims } from '../../../src/person/person-from-claims.ts'
import { parseClaims } from '../../../src/sso/parse-claims.ts'
import { usualPlaces } from '../../helpers/sso/usual-places.ts'

describe('the id of personFromClaims', () => {
  it('keeps ids apart that JavaScript would round to the same number', () => {
    for (const id of [
      '9007199254740992',
      '9007199254740993',
      '-9007199254740993',
      '12345678901234567890123',
      '12345678901234567890124',
      '1e400',
    ]) {
      assert.equal(idIn(`{"name": "9007199254740995", "id": ${id}}`, undefined), id)
      assert.equal(idIn(`{"uid":${id}}`, 'uid'), id)
    }
    assert.equal(idIn('{"id": 0}', undefined), '0')
    assert.equal(idIn('{"id": 9007199254740991}', undefined), '9007199254740991')
  })

  it('takes at most 256 characters', () => {
    assert.equal(idIn(JSON.stringify({ sub: 'x'.repeat(257) }), undefined), 'x'.repeat(256))
  })

  it('writes what terminals and line readers obey so that it can be seen', () => {
    for (const [name, shown] of [
      ['a\nb', 'a\\u{a}b'],
      ['\u001b[2J', '\\u{1b}[2J'],
      ['a\u007f\u009b\u0085', 'a\\u{7f}\\u{9b}\\u{85}'],
      ['a\u2028b\u2029', 'a\\u{2028}b\\u{2029}'],
      ['jo\u202egpj\u2066', 'jo\\u{202e}gpj\\u{2066}'],
      ['\ud800', '\\u{d800}'],
    ] as const)
      assert.equal(idIn(JSON.stringify({ sub: name }), undefined), shown)
  })

  it('leaves every other name as it is, and names that look written so apart from those that are', () => {
    for (const name of ['jo@example.com', 'Zoë Ümläut', '名前', '😀', 'DOMAIN\\user', '\\\\x'])
      assert.equal(idIn(JSON.stringify({ sub: name }), undefined), name)
    assert.notEqual(
      idIn(JSON.stringify({ sub: '\\u{a}' }), undefined),
      idIn(JSON.stringify({ sub: '\n' }), undefined),
    )
  })

  it('names nobody where no claim does', () => {
    for (const json of ['{}', '{"sub": ""}', '{"sub": null}', '{"sub": ["a"]}', '{"sub": {"a": 1}}'])
      assert.equal(idIn(json, undefined), undefined)
    assert.equal(idIn('{"sub": "a"}', 'toString'), undefined)
  })
})

describe('personFromClaims', () => {
  it('takes name, address and groups where they have the type that they should have', () => {
    const claims = { sub: 's-1', name: 'Jo', email: 'jo@example.com', email_verified: true, groups: ['a'] }
    assert.deepEqual(personFromClaims(claims, usualPlaces), {
      ...{ id: 's-1', name: 'Jo', email: 'jo@example.com', emailVerified: true, groups: ['a'] },
      claims,
    })
    const odd = { sub: 's-1', name: 5, email: ['jo@example.com'], email_verified: 'yes', groups: [1] }
    assert.deepEqual(personFromClaims(odd, usualPlaces), { ...personWithId('s-1'), claims: odd })
  })

  it('takes them from where it is told to, and from nowhere else', () => {
    const claims = {
      ...{ sub: 's-1', id: 'not-this', name: 'not this', email: 'not@example.com', groups: ['not-this'] },
      profile: { number: 7, names: ['Jo', 'Example'], mail: 'jo@example.com' },
      realm_access: { roles: { admin: true, reader: true } },
    }
    const places = {
      ...{ userClaim: '/profile/number', nameClaim: '/profile/names/0', emailClaim: '/profile/mail' },
      ...{ groupsClaim: '/realm_access/roles', trustEmail: false },
    }
    assert.deepEqual(personFromClaims(claims, places), {
      ...{ id: '7', name: 'Jo', email: 'jo@example.com', emailVerified: undefined },
      ...{ groups: ['admin', 'reader'], claims },
    })
    const missing = {
      ...places,
      userClaim: '/no/id',
      nameClaim: '/no',
      emailClaim: 'mail',
      groupsClaim: '/sub/0',
    }
    assert.deepEqual(personFromClaims(claims, missing), { ...personWithId(undefined), claims })
  })

  for (const [what, claims, places, expected] of [
    ['true where the SSO says so', { email_verified: true }, {}, true],
    ['false where the SSO says so', { email_verified: false }, {}, false],
    ['not known where the SSO does not say', {}, {}, undefined],
    ['true where the SSO says so in text', { email_verified: 'true' }, {}, true],
    ['false where the SSO says so in text', { email_verified: 'false' }, {}, false],
    ['not known where the SSO says something else', { email_verified: 1 }, {}, undefined],
    [
      'not known of another address',
      { email_verified: true, mail: 'o@x.org' },
      { emailClaim: 'mail' },
      undefined,
    ],
    ['true of a pointer to that address', { email_verified: true }, { emailClaim: '/email' }, true],
    ['true where all addresses are trusted', {}, { trustEmail: true }, true],
    [
      'true where all are trusted, whatever the SSO says',
      { email_verified: false },
      { trustEmail: true },
      true,
    ],
    ['not known without an address', { email: '' }, { trustEmail: true }, undefined],
  ] as const)
    it(`says that an address is verified: ${what}`, () => {
      const given = { email: 'jo@example.com', ...claims }
      assert.equal(personFromClaims(given, { ...usualPlaces, ...places }).emailVerified, expected)
    })

  it('leaves out a text that is too long or empty, and writes the others so that they can be seen', () => {
    const { name, email } = personFromClaims({ name: 'J\no', email: 'x'.repeat(257) }, usualPlaces)
    assert.deepEqual([name, email], ['J\\u{a}o', undefined])
    assert.equal(personFromClaims({ name: '' }, usualPlaces).name, undefined)
  })

  it('keeps no claims that are too large, and takes no groups from them', () => {
    const claims = { sub: 's-1', name: 'Jo', groups: ['a'.repeat(17_000)] }
    assert.deepEqual(personFromClaims(claims, usualPlaces), { ...personWithId('s-1'), name: 'Jo' })
  })
})

/** The id in an answer of the SSO. */
function idIn(json: string, userClaim: string | undefined): string | undefined {
  return personFromClaims(parseClaims(json), { ...usualPlaces, userClaim }).id
}
