import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { personIn } from '../../../src/sso/person-in.ts'

describe('personIn', () => {
  it('keeps ids apart that JavaScript would round to the same number', () => {
    for (const id of [
      '9007199254740992',
      '9007199254740993',
      '-9007199254740993',
      '12345678901234567890123',
      '12345678901234567890124',
      '1e400',
    ]) {
      assert.equal(personIn(`{"name": "9007199254740995", "id": ${id}}`, undefined), id)
      assert.equal(personIn(`{"uid":${id}}`, 'uid'), id)
    }
    assert.equal(personIn('{"id": 0}', undefined), '0')
    assert.equal(personIn('{"id": 9007199254740991}', undefined), '9007199254740991')
  })

  it('takes at most 256 characters', () => {
    assert.equal(personIn(JSON.stringify({ sub: 'x'.repeat(257) }), undefined), 'x'.repeat(256))
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
      assert.equal(personIn(JSON.stringify({ sub: name }), undefined), shown)
  })

  it('leaves every other name as it is, and names that look written so apart from those that are', () => {
    for (const name of ['jo@example.com', 'Zoë Ümläut', '名前', '😀', 'DOMAIN\\user', '\\\\x'])
      assert.equal(personIn(JSON.stringify({ sub: name }), undefined), name)
    assert.notEqual(
      personIn(JSON.stringify({ sub: '\\u{a}' }), undefined),
      personIn(JSON.stringify({ sub: '\n' }), undefined),
    )
  })

  it('names nobody where no claim does', () => {
    for (const json of ['{}', '{"sub": ""}', '{"sub": null}', '{"sub": ["a"]}', '{"sub": {"a": 1}}'])
      assert.equal(personIn(json, undefined), undefined)
    assert.equal(personIn('{"sub": "a"}', 'toString'), undefined)
  })
})
