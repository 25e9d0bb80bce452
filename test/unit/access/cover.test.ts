import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAccess } from '../../../src/access/create-access.ts'
import { personWith, rulesOf, type WrittenRule } from '../../helpers/access/rules.ts'

const jo = personWith()
const everyone = [{ everyone: true }] as const
const allow = (...patterns: string[]): WrittenRule => ({ allow: patterns, to: everyone })
const deny = (...patterns: string[]): WrittenRule => ({ deny: patterns, to: everyone })
const coverOf = (rules: WrittenRule[], prefix: string, person: typeof jo = jo) =>
  createAccess({ rules: rulesOf(...rules) }).cover(person, 'read', prefix, undefined)

describe('cover', () => {
  it('is all for everybody who is signed in, where nothing is configured', () => {
    assert.equal(createAccess({}).cover(jo, 'list', '', undefined), 'all')
    assert.equal(createAccess({}).cover(undefined, 'list', '', undefined), 'none')
  })

  it('is as the gate says where there is no rule', () => {
    assert.equal(createAccess({ groups: ['editors'] }).cover(jo, 'list', 'a/', undefined), 'all')
    assert.equal(createAccess({ groups: ['admins'] }).cover(jo, 'list', 'a/', undefined), 'none')
    assert.equal(createAccess({ groups: ['editors'] }).cover(undefined, 'list', 'a/', undefined), 'none')
  })

  it('shows the way to what is allowed, and no folder beside it', () => {
    const rules = [allow('/a/b/**')]
    assert.deepEqual(
      ['', 'a/', 'a/b/', 'a/b/c/', 'b/', 'a/c/', 'a//'].map((prefix) => coverOf(rules, prefix)),
      ['some', 'some', 'all', 'all', 'none', 'none', 'none'],
    )
  })

  it('sees denies below, and what they leave', () => {
    const rules = [allow('/**'), deny('/a/secret/**')]
    assert.deepEqual(
      ['', 'a/', 'a/secret/', 'a/secret/x/', 'b/'].map((prefix) => coverOf(rules, prefix)),
      ['some', 'some', 'none', 'none', 'all'],
    )
  })

  it('is none where all that is allowed below is denied', () => {
    for (const [allowed, denied] of [
      ['/a/*.pdf', '/a/*'],
      ['/a/x/*', '/a/**'],
      ['/a/**/x', '/**/x'],
      ['/a/{id}/*', '/a/jo/*'],
      ['/a/jo/*', '/a/{id}/**'],
      ['/a/**', '/a/**'],
    ] as const)
      assert.equal(coverOf([allow(allowed), deny(denied)], 'a/'), 'none', `${allowed} ${denied}`)
    assert.equal(coverOf([allow('/a/*'), deny('/a/*.pdf')], 'a/'), 'some')
    assert.equal(coverOf([allow('/a/**'), deny('/a/*')], 'a/'), 'some')
  })

  it('is all where every segment below fits, in whatever way', () => {
    for (const pattern of ['/**', '/a/**', '/**/*', '/a/**/*', '/a/*/**', '/**/**'])
      assert.equal(coverOf([allow(pattern)], 'a/'), 'all', pattern)
    for (const pattern of ['/*/*', '/a/*/*', '/a/**/*.*', '/**/a', '/a/*/*/**'])
      assert.equal(coverOf([allow(pattern)], 'a/'), 'some', pattern)
  })

  it('counts what lies below a folder, and not the folder without its slash', () => {
    assert.equal(coverOf([allow('/a')], 'a/'), 'none')
    assert.equal(coverOf([allow('/a/')], 'a/'), 'some')
  })

  it('depends on the person and on the action', () => {
    const rules: WrittenRule[] = [{ allow: ['/a/{id}/**'], to: [{ groups: ['editors'] }], actions: ['read'] }]
    assert.equal(coverOf(rules, 'a/jo/'), 'all')
    assert.equal(coverOf(rules, 'a/jo/', personWith({ id: 'al' })), 'none')
    assert.equal(coverOf(rules, 'a/', personWith({ id: '..' })), 'none')
    assert.equal(coverOf(rules, 'a/', personWith({ groups: 'unknown' })), 'none')
    assert.equal(createAccess({ rules: rulesOf(...rules) }).cover(jo, 'list', 'a/', undefined), 'none')
  })

  it('depends on the mount where a rule names one', () => {
    const { cover } = createAccess({
      rules: rulesOf(allow('/**'), { ...deny('/a/**'), mount: ['films'] }),
    })
    assert.deepEqual(
      ['films', 'site', undefined].map((mount) => cover(jo, 'list', '', mount)),
      ['some', 'all', 'all'],
    )
    assert.equal(cover(jo, 'list', 'a/', 'films'), 'none')
  })
})
