import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { unusedRules } from '../../../src/access/unused-rules.ts'
import { rulesOf, type WrittenRule } from '../../helpers/access/rules.ts'

const unusedOf = (...rules: WrittenRule[]) =>
  unusedRules(rulesOf(...rules)).map(({ name, reason, by }) => `${name} ${reason} ${by}`)
const everyone = [{ everyone: true }] as const
const allow = (pattern: string, to: WrittenRule['to'] = everyone): WrittenRule => ({ allow: [pattern], to })
const deny = (pattern: string, to: WrittenRule['to'] = everyone): WrittenRule => ({ deny: [pattern], to })

describe('unusedRules', () => {
  it('finds rules that a wider one covers', () => {
    for (const [narrow, wide] of [
      ['/a', '/a'],
      ['/a/b', '/a/**'],
      ['/a', '/a/**'],
      ['/a/**', '/**'],
      ['/a/*.pdf', '/a/*'],
      ['/a/ab*', '/a/a*'],
      ['/a/{id}/b', '/a/*/b'],
      ['/a/{id}/b', '/a/{id}/**'],
      ['/**/a/b', '/**/b'],
      ['/a/**/b/*', '/a/**'],
    ] as const)
      assert.deepEqual(unusedOf(allow(narrow), allow(wide)), ['rule 0 covered rule 1'], `${narrow} ${wide}`)
  })

  it('leaves rules that do something of their own', () => {
    for (const [one, other] of [
      ['/a', '/b'],
      ['/a/**', '/a/*'],
      ['/**/b', '/*/b'],
      ['/a/*', '/a/a*'],
      ['/a/{id}', '/a/{email}'],
      ['/a/*', '/a/{id}'],
      ['/a/{id}', '/a/*x'],
      ['/a/jo', '/a/{id}'],
      ['/a*b', '/ab*'],
    ] as const)
      assert.ok(!unusedOf(allow(one), allow(other)).includes('rule 0 covered rule 1'), `${one} ${other}`)
  })

  it('keeps one of two that are equal', () => {
    assert.deepEqual(unusedOf(allow('/a'), allow('/a'), allow('/a')), [
      'rule 0 covered rule 1',
      'rule 1 covered rule 2',
    ])
  })

  it('wants the other rule to have as many people and actions', () => {
    const editors = [{ groups: ['editors'] }]
    assert.deepEqual(unusedOf(allow('/a', editors), allow('/**')), ['rule 0 covered rule 1'])
    assert.deepEqual(unusedOf(allow('/a'), allow('/**', editors)), [])
    assert.deepEqual(unusedOf(allow('/a'), { ...allow('/**'), unless: editors }), [])
    assert.deepEqual(unusedOf(allow('/a'), { ...allow('/**'), actions: ['read'] }), [])
    assert.deepEqual(unusedOf({ ...allow('/a'), actions: ['read'] }, allow('/**')), ['rule 0 covered rule 1'])
  })

  it('wants the other rule to be about as many mounts', () => {
    const films = { ...allow('/a'), mount: ['films'] }
    assert.deepEqual(unusedOf(films, allow('/**')), ['rule 0 covered rule 1'])
    assert.deepEqual(unusedOf(allow('/a'), { ...allow('/**'), mount: ['films'] }), [])
    assert.deepEqual(unusedOf(films, { ...allow('/**'), mount: ['site'] }), [])
    assert.deepEqual(unusedOf(films, { ...allow('/**'), mount: ['site', 'films'] }), [
      'rule 0 covered rule 1',
    ])
    assert.deepEqual(
      unusedOf({ ...films, mount: ['films', 'site'] }, { ...deny('/**'), mount: ['films'] }),
      [],
    )
    assert.deepEqual(unusedOf(films, { ...deny('/**'), mount: ['films'] }), ['rule 0 denied rule 1'])
  })

  it('wants every pattern to be covered', () => {
    assert.deepEqual(unusedOf({ allow: ['/a/b', '/c'], to: everyone }, allow('/a/**')), [])
    assert.deepEqual(
      unusedOf({ allow: ['/a/b', '/c'], to: everyone }, { allow: ['/c', '/a/**'], to: everyone }),
      ['rule 0 covered rule 1'],
    )
  })

  it('finds what a deny takes away from an allow, and never the other way', () => {
    assert.deepEqual(unusedOf(allow('/a/b'), deny('/a/**')), ['rule 0 denied rule 1'])
    assert.deepEqual(unusedOf(allow('/a/b', [{ anonymous: true }]), deny('/a/**')), [])
    assert.deepEqual(unusedOf(allow('/a/b', [{ anonymous: true }]), { deny: ['/a/**'] }), [
      'rule 0 denied rule 1',
    ])
    assert.deepEqual(unusedOf(deny('/a/b'), allow('/a/**')), [])
  })
})
