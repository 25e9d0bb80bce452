import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { claimTextsOf, emailOf, idOf, segmentOf } from '../../../src/access/known-person.ts'
import { personFromClaims } from '../../../src/person/person-from-claims.ts'
import { personWith } from '../../helpers/access/rules.ts'

describe('idOf', () => {
  it('is not there where only the beginning of an id was kept', () => {
    const places = { nameClaim: 'name', emailClaim: 'email', groupsClaim: 'groups', trustEmail: false }
    assert.equal(idOf(personFromClaims({ sub: 'a'.repeat(255) }, places)), 'a'.repeat(255))
    assert.equal(idOf(personFromClaims({ sub: 'a'.repeat(300) }, places)), undefined)
    assert.equal(idOf(personWith({ id: undefined })), undefined)
  })
})

describe('emailOf', () => {
  it('is the address in lower case, where the SSO has checked it', () => {
    assert.equal(emailOf(personWith()), 'jo@example.org')
    for (const emailVerified of [false, undefined])
      assert.equal(emailOf(personWith({ emailVerified })), undefined)
    assert.equal(emailOf(personWith({ email: undefined })), undefined)
  })

  it('leaves letters beyond ASCII alone, because the lower case of some is in ASCII', () => {
    assert.equal(emailOf(personWith({ email: '\u212a@Example.org' })), '\u212a@example.org')
  })

  it('is not there for what has no domain, or two', () => {
    for (const email of ['jo', '@example.org', 'jo@', 'jo@evil.org@example.org'])
      assert.equal(emailOf(personWith({ email })), undefined, email)
  })
})

describe('claimTextsOf', () => {
  const claims = {
    text: 'a',
    number: 3,
    yes: true,
    list: ['a', 1],
    flags: { a: true, b: true },
    in: { '/': 'x' },
  }
  const person = personWith({ claims })

  it('reads texts, numbers, flags, lists of them, and objects of flags', () => {
    assert.deepEqual(claimTextsOf(person, '/text'), ['a'])
    assert.deepEqual(claimTextsOf(person, 'number'), ['3'])
    assert.deepEqual(claimTextsOf(person, '/yes'), ['true'])
    assert.deepEqual(claimTextsOf(person, '/list'), ['a', '1'])
    assert.deepEqual(claimTextsOf(person, '/flags'), ['a', 'b'])
    assert.deepEqual(claimTextsOf(person, '/in/~1'), ['x'])
  })

  it('does not know anything else', () => {
    const odd = { null: null, nested: [['a']], mixed: ['a', null], object: { a: true, b: false } }
    for (const place of ['/none', '/null', '/nested', '/mixed', '/object', '/toString'])
      assert.equal(claimTextsOf(personWith({ claims: odd }), place), undefined, place)
    assert.equal(claimTextsOf(personWith({ claims: undefined }), '/text'), undefined)
  })
})

describe('segmentOf', () => {
  it('is what the SSO says, character by character', () => {
    const person = personWith({ claims: { a: 'x*[é]', n: 12 } })
    assert.equal(segmentOf(person, 'id'), 'jo')
    assert.equal(segmentOf(person, 'name'), 'Jo Doe')
    assert.equal(segmentOf(person, 'email'), 'Jo@Example.org')
    assert.equal(segmentOf(person, 'claim:/a'), 'x*[é]')
    assert.equal(segmentOf(person, 'claim:n'), '12')
  })

  it('is not there for what is no segment', () => {
    for (const hostile of [
      '',
      '.',
      '..',
      '/',
      'a/b',
      '../a',
      'a\0',
      '\ud800',
      ['a'],
      { a: true },
      null,
      undefined,
    ])
      assert.equal(segmentOf(personWith({ claims: { a: hostile } }), 'claim:/a'), undefined, String(hostile))
    assert.equal(segmentOf(personWith({ id: 'https://sso.example.org#jo' }), 'id'), undefined)
    assert.equal(segmentOf(personWith({ emailVerified: undefined }), 'email'), undefined)
    assert.equal(segmentOf(personWith({ claims: undefined }), 'claim:/a'), undefined)
  })
})
