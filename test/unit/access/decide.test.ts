import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAccess } from '../../../src/access/create-access.ts'
import type { AccessOptions, Action } from '../../../src/access/rule.ts'
import { personWithId } from '../../../src/person/person.ts'
import { personWith, rulesOf, type WrittenRule } from '../../helpers/access/rules.ts'

const jo = personWith()

/** @returns `allow rule 0`, `deny rule 1`, `no-rule`, `challenge` */
function outcome(
  options: AccessOptions,
  path: string,
  person: typeof jo | undefined = jo,
  action: Action = 'read',
) {
  const { kind, ground, rule } = createAccess(options).decide(person, action, path, undefined)
  if (kind === 'challenge') return kind
  assert.equal(kind === 'allowed', ground === 'allow' || ground === 'anonymous' || ground === undefined)
  return rule === undefined ? (ground ?? kind) : `${ground} ${rule}`
}

const byRules = (...rules: WrittenRule[]) => ({ rules: rulesOf(...rules) })
const everyone = [{ everyone: true }] as const
const anonymous = [{ anonymous: true }] as const

describe('decide', () => {
  it('allows everything to everybody who is signed in, and asks others to sign in, where nothing is configured', () => {
    for (const path of ['', 'a', 'a/b/']) {
      for (const person of [personWithId('jo'), personWithId(undefined)])
        assert.equal(outcome({}, path, person), 'allowed')
      assert.equal(createAccess({}).decide(undefined, 'read', path, undefined).kind, 'challenge')
    }
  })

  it('lets in who is in one of the gates', () => {
    assert.equal(outcome({ groups: ['editors'] }, 'a'), 'allow')
    assert.equal(outcome({ groups: ['admins'] }, 'a'), 'gate')
    assert.equal(outcome({ groups: ['admins'], emails: ['jo@example.org'] }, 'a'), 'allow')
    assert.equal(outcome({ groups: ['admins'], emailDomains: ['example.org'] }, 'a'), 'allow')
    assert.equal(outcome({ groups: ['editors'] }, 'a', personWith({ groups: 'unknown' })), 'gate')
    assert.equal(outcome({ emails: ['jo@example.org'] }, 'a', personWith({ emailVerified: false })), 'gate')
    assert.equal(
      createAccess({ groups: ['editors'] }).decide(undefined, 'read', 'a', undefined).kind,
      'challenge',
    )
  })

  it('allows nothing by default once there is a rule', () => {
    const options = byRules({ allow: ['/a/**'], to: everyone })
    assert.equal(outcome(options, 'a/b'), 'allow rule 0')
    assert.equal(outcome(options, 'b'), 'no-rule')
    assert.equal(outcome(options, ''), 'no-rule')
    assert.equal(outcome(byRules({ deny: ['/a/**'] }), 'b'), 'no-rule')
  })

  it('adds allows up, and lets a deny win, in any order', () => {
    const allow = { allow: ['/a/**'], to: everyone }
    const more = { allow: ['/b/**'], to: [{ groups: ['editors'] }] }
    const deny = { deny: ['/a/secret/**', '/**/*.key'], to: [{ groups: ['staff'] }] }
    for (const options of [
      byRules(allow, more, deny),
      byRules(deny, more, allow),
      byRules(more, deny, allow),
    ]) {
      assert.match(outcome(options, 'a/x'), /^allow/)
      assert.match(outcome(options, 'b/x'), /^allow/)
      assert.match(outcome(options, 'a/secret/x'), /^deny/)
      assert.match(outcome(options, 'b/x.key'), /^deny/)
      assert.match(outcome(options, 'a/secret/x', personWith({ groups: ['editors'] })), /^allow/)
    }
  })

  it('names the first rule in the configuration', () => {
    const rules = ['/a/**', '/**', '/a/b'].map((pattern) => ({ allow: [pattern], to: everyone }))
    assert.equal(outcome(byRules(...rules), 'a/b'), 'allow rule 0')
    assert.equal(outcome(byRules(...rules.toReversed()), 'a/b'), 'allow rule 0')
    assert.equal(outcome(byRules(...rules, { deny: ['/**'] }, { deny: ['/a/b'] }), 'a/b'), 'deny rule 3')
  })

  it('counts what is unknown for a deny, and for no allow', () => {
    const stranger = personWith({ groups: 'unknown' })
    const allow = { allow: ['/**'], to: everyone }
    assert.equal(
      outcome(byRules({ allow: ['/**'], to: [{ groups: ['a'] }] }, allow), 'x', stranger),
      'allow rule 1',
    )
    assert.equal(
      outcome(byRules(allow, { deny: ['/**'], to: [{ groups: ['a'] }] }), 'x', stranger),
      'deny rule 1',
    )
    const spared = { deny: ['/**'], unless: [{ groups: ['editors'] }] }
    assert.equal(outcome(byRules(allow, spared), 'x'), 'allow rule 0')
    assert.equal(outcome(byRules(allow, spared), 'x', stranger), 'deny rule 1')
    assert.equal(outcome(byRules({ ...allow, unless: [{ groups: ['a'] }] }), 'x', stranger), 'no-rule')
  })

  it('is about some actions only where a rule says so', () => {
    const options = byRules({ allow: ['/a/**'], to: everyone, actions: ['read', 'list'] })
    assert.equal(outcome(options, 'a/b', jo, 'list'), 'allow rule 0')
    assert.equal(outcome(options, 'a/b', jo, 'zip'), 'no-rule')
  })

  it('is about some mounts only where a rule says so', () => {
    const { decide } = createAccess(
      byRules(
        { allow: ['/**'], to: everyone },
        { deny: ['/a/**'], mount: ['films'] },
        { allow: ['/b/**'], to: anonymous, mount: ['films', 'site'] },
      ),
    )
    const kindOf = (path: string, mount: string | undefined, person: typeof jo | undefined = jo) =>
      decide(person, 'read', path, mount).kind
    assert.deepEqual(
      ['films', 'site', undefined, ''].map((mount) => kindOf('a/x', mount)),
      ['denied', 'allowed', 'allowed', 'allowed'],
    )
    assert.deepEqual(
      ['films', 'site', 'other', undefined].map((mount) => decide(undefined, 'read', 'b/x', mount).kind),
      ['allowed', 'allowed', 'challenge', 'challenge'],
    )
  })

  it('tells mounts apart where many rules have the same pattern', () => {
    const { decide } = createAccess(
      byRules(
        ...Array.from({ length: 20 }, (_, index) => ({
          allow: ['/a/**'],
          to: everyone,
          mount: [`mount${index}`],
        })),
        { deny: ['/a/**'], mount: ['mount7'], actions: ['read'] },
      ),
    )
    const outcomes = ['mount3', 'mount7', 'other', undefined, 'mount4', 'mount3'].map((mount) => {
      const { rule, kind } = decide(jo, 'read', 'a/b', mount)
      return rule ?? kind
    })
    assert.deepEqual(outcomes, ['rule 3', 'rule 20', 'denied', 'denied', 'rule 4', 'rule 3'])
    assert.equal(decide(jo, 'list', 'a/b', 'mount7').rule, 'rule 7')
  })

  it('opens anonymous paths to everybody, and asks to sign in for all others', () => {
    const options = byRules(
      { allow: ['/public/**'], to: anonymous },
      { deny: ['/public/drafts/**'], unless: [{ groups: ['editors'] }] },
      { allow: ['/**'], to: [{ groups: ['staff'] }] },
    )
    const { decide } = createAccess(options)
    assert.deepEqual(decide(undefined, 'read', 'public/a', undefined), {
      kind: 'allowed',
      ground: 'anonymous',
      rule: 'rule 0',
    })
    for (const path of ['public/drafts/a', 'private', ''])
      assert.equal(decide(undefined, 'read', path, undefined).kind, 'challenge', path)
    assert.equal(outcome(options, 'public/drafts/a'), 'allow rule 0')
    assert.equal(outcome(options, 'public/drafts/a', personWith({ groups: [] })), 'deny rule 1')
  })

  it('leaves anonymous paths to who is in no gate', () => {
    const options = {
      groups: ['admins'],
      ...byRules({ allow: ['/public/**'], to: anonymous }, { allow: ['/**'], to: everyone }),
    }
    assert.equal(outcome(options, 'public/a'), 'anonymous rule 0')
    assert.equal(outcome(options, 'a'), 'gate')
  })

  it('matches segments, and never across a slash', () => {
    const fits = (pattern: string, path: string) =>
      outcome(byRules({ allow: [pattern], to: everyone }), path) !== 'no-rule'
    for (const [pattern, path] of [
      ['/', ''],
      ['/**', ''],
      ['/**', '/'],
      ['/a/**', 'a'],
      ['/a/**', 'a/'],
      ['/a/**', 'a//b'],
      ['/a/*', 'a/'],
      ['/**/b', 'b'],
      ['/**/b', 'a//b'],
      ['/a/**/b', 'a/b'],
      ['/a/**/**/b', 'a/x/y/b'],
      ['/**/a/**/b/**', 'x/a/a/b'],
      ['/a/*/b', 'a//b'],
      ['//a', '/a'],
      ['/\u00e9', '\u00e9'],
    ] as const)
      assert.ok(fits(pattern, path), `${pattern} /${path}`)
    for (const [pattern, path] of [
      ['/', 'a'],
      ['/a', 'a/'],
      ['/a/', 'a'],
      ['/a/**', 'ab'],
      ['/a/**', 'A/b'],
      ['/a/*', 'a/b/c'],
      ['/a/*', 'a'],
      ['/**/b', 'ab'],
      ['/a/**/b', 'a/b/c'],
      ['/a', '/a'],
      ['/\u00e9', 'e\u0301'],
      ['/a', 'a.'],
      ['/a b', 'a%20b'],
    ] as const)
      assert.ok(!fits(pattern, path), `${pattern} /${path}`)
  })

  it('gives each person their own folder, and nobody another one', () => {
    const options = byRules({ allow: ['/people/{claim:/department}/**'], to: everyone })
    assert.equal(outcome(options, 'people/press/a'), 'allow rule 0')
    assert.equal(outcome(options, 'people/sales/a'), 'no-rule')
    for (const department of [
      '*',
      '**',
      '',
      '.',
      '..',
      '/',
      'a/b',
      '{claim:/department}',
      ['press'],
      undefined,
    ]) {
      const person = personWith({ claims: { department } })
      for (const path of ['people/press/a', 'people//a', 'people/a/b', 'people/../a'])
        assert.equal(outcome(options, path, person), 'no-rule', `${department} ${path}`)
    }
    assert.equal(outcome(options, 'people/*/a', personWith({ claims: { department: '*' } })), 'allow rule 0')
    assert.equal(
      outcome(options, 'people/\u00e9/a', personWith({ claims: { department: 'e\u0301' } })),
      'no-rule',
    )
  })

  it('tells people apart whose values change from one session to the next', () => {
    const access = createAccess(byRules({ allow: ['/{id}/**'], to: [{ groups: ['editors'] }] }))
    const kindFor = (person: typeof jo) => access.decide(person, 'read', 'jo/a', undefined).kind
    assert.deepEqual([jo, personWith({ id: 'al' }), personWith({ groups: [] }), jo].map(kindFor), [
      'allowed',
      'denied',
      'denied',
      'allowed',
    ])
  })
})
