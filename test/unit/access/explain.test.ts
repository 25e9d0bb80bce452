import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { explain } from '../../../src/access/explain.ts'
import { personWith, rulesOf } from '../../helpers/access/rules.ts'

const options = {
  rules: rulesOf(
    { allow: ['/a/**', '/b/**'], to: [{ groups: ['editors'] }] },
    { deny: ['/a/secret/**'], to: [{ claims: { '/site': ['one'] } }] },
    { allow: ['/a/**'], to: [{ ids: ['al'] }], actions: ['zip'] },
  ),
}

describe('explain', () => {
  it('tells the part of each rule in the decision', () => {
    assert.deepEqual(explain(options, personWith(), 'read', 'a/secret/x', undefined), {
      decision: { kind: 'denied', ground: 'deny', rule: 'rule 1' },
      gates: undefined,
      rules: [
        {
          name: 'rule 0',
          kind: 'allow',
          mount: 'hit',
          path: 'hit',
          action: 'hit',
          person: 'hit',
          effect: 'allows',
        },
        {
          name: 'rule 1',
          kind: 'deny',
          mount: 'hit',
          path: 'hit',
          action: 'hit',
          person: 'unknown',
          effect: 'denies',
        },
        {
          name: 'rule 2',
          kind: 'allow',
          mount: 'hit',
          path: 'hit',
          action: 'miss',
          person: 'miss',
          effect: 'none',
        },
      ],
    })
  })

  it('tells of paths that no rule fits, and of somebody who is not signed in', () => {
    const { decision, rules } = explain(options, undefined, 'read', 'c', undefined)
    assert.equal(decision.kind, 'challenge')
    assert.ok(rules.every(({ path, effect }) => path === 'miss' && effect === 'none'))
  })

  it('tells whether the person is in one of the gates', () => {
    const gated = { ...options, groups: ['admins'], emails: ['jo@example.org'] }
    assert.equal(explain(gated, personWith(), 'read', 'a/x', undefined).gates, 'hit')
    assert.equal(
      explain(gated, personWith({ email: undefined, groups: 'unknown' }), 'read', 'a/x', undefined).gates,
      'unknown',
    )
    const { gates, decision } = explain(
      gated,
      personWith({ email: 'al@example.org' }),
      'read',
      'a/x',
      undefined,
    )
    assert.deepEqual([gates, decision], ['miss', { kind: 'denied', ground: 'gate', rule: undefined }])
  })

  it('tells of rules that are about another mount', () => {
    const byMount = {
      rules: rulesOf(
        { allow: ['/a/**'], to: [{ groups: ['editors'] }] },
        { deny: ['/a/**'], to: [{ groups: ['editors'] }], mount: ['films'] },
      ),
    }
    const effectsIn = (mount: string | undefined) =>
      explain(byMount, personWith(), 'read', 'a/x', mount).rules.map((rule) => `${rule.mount} ${rule.effect}`)
    assert.deepEqual(effectsIn('films'), ['hit allows', 'hit denies'])
    assert.deepEqual(effectsIn('site'), ['hit allows', 'miss none'])
    assert.deepEqual(effectsIn(undefined), ['hit allows', 'miss none'])
  })

  it('has nothing to tell where nothing is configured', () => {
    assert.deepEqual(explain({}, personWith(), 'read', 'a', undefined), {
      decision: { kind: 'allowed', ground: undefined, rule: undefined },
      gates: undefined,
      rules: [],
    })
  })
})
