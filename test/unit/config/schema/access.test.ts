import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAccess } from '../../../../src/access/create-access.ts'
import { maskedConfig } from '../../../../src/config/summary.ts'
import { personWith } from '../../../helpers/access/rules.ts'
import { leastEnv, resolve } from '../../../helpers/config/given.ts'

const resolveRules = (...rules: unknown[]) => resolve({ env: leastEnv, content: { access: { rules } } })
const problemsOf = (...rules: unknown[]) =>
  resolveRules(...rules).problems.map(({ path, message }) => `${path}: ${message}`)
const everyone = { everyone: true }

describe('access in the configuration', () => {
  it('takes the simple lists from the environment, in lower case where they are addresses', () => {
    const { config, problems } = resolve({
      env: {
        ...leastEnv,
        S3PROXY_ACCESS_GROUPS: 'Editors, Staff',
        S3PROXY_ACCESS_EMAILS: 'Jo@Example.ORG',
        S3PROXY_ACCESS_EMAIL_DOMAINS: 'Example.com',
      },
    })
    assert.deepEqual(problems, [])
    const { rules, ...gates } = config?.access ?? {}
    assert.deepEqual(rules, [])
    assert.deepEqual(gates, {
      groups: ['Editors', 'Staff'],
      emails: ['jo@example.org'],
      emailDomains: ['example.com'],
    })
  })

  it('refuses addresses and domains that nobody has', () => {
    const { problems } = resolve({
      env: leastEnv,
      content: { access: { groups: [], emails: ['jo'], emailDomains: ['@example.org'] } },
    })
    assert.deepEqual(
      problems.map(({ path }) => path),
      ['access.groups', 'access.emails', 'access.emailDomains'],
    )
    for (const emailDomains of [['*.example.org'], ['a b'], ['']])
      assert.equal(resolve({ env: leastEnv, content: { access: { emailDomains } } }).problems.length, 1)
  })

  it('parses rules into those that decide', () => {
    const { config, problems } = resolveRules(
      {
        name: 'a',
        allow: ['/a/**'],
        to: [{ groups: ['editors'] }, { claims: { '/site': ['one'] } }],
        actions: ['read'],
      },
      { name: 'b', deny: ['/**/*.key'], unless: { emails: ['AL@example.org'] } },
    )
    assert.deepEqual(problems, [])
    const { decide } = createAccess(config?.access ?? {})
    assert.equal(decide(personWith(), 'read', 'a/x', undefined).rule, 'a')
    assert.equal(decide(personWith(), 'read', 'a/x.key', undefined).rule, 'b')
    assert.equal(decide(personWith({ email: 'al@example.org' }), 'read', 'a/x.key', undefined).rule, 'a')
  })

  it('tells what is wrong whatever stands in a rule, also where two things are', () => {
    const odd = [
      null,
      5,
      'x',
      '',
      true,
      [],
      {},
      [null],
      [[]],
      [{}],
      { a: 1 },
      [{ a: 1 }],
      { groups: 5, x: 1 },
    ]
    const members = ['name', 'allow', 'deny', 'mount', 'actions', 'to', 'unless', 'other']
    const peopleMembers = [
      'groups',
      'emails',
      'emailDomains',
      'ids',
      'claims',
      'everyone',
      'anonymous',
      'other',
    ]
    for (const value of odd)
      for (const more of [null, { a: 1 }, [{ a: 1 }]]) {
        for (const member of members)
          for (const second of members)
            resolveRules({ name: 'a', deny: ['/a'], [second]: more, [member]: value })
        for (const member of peopleMembers)
          for (const kind of ['to', 'unless'])
            resolveRules({ name: 'a', deny: ['/a'], [kind]: { [member]: value, groups: more } })
        resolveRules(value, more)
      }
    assert.deepEqual(problemsOf({ name: 'a', deny: ['/a'], unless: { group: ['x'] } }), [
      'access.rules[0].unless.group: unknown key in s3proxy.json, "a"; did you mean access.rules[0].unless.groups?',
    ])
  })

  it('shows rules as they were written', () => {
    const rules = [
      { name: 'a', allow: ['/a/{claim:/b}/**'], to: [{ everyone: true }] },
      { name: 'b', deny: ['/c'], actions: ['zip'], unless: [{ ids: ['jo'] }] },
    ]
    assert.deepEqual(maskedConfig(resolveRules(...rules)).access?.rules, rules)
  })

  it('names what is wrong with a rule, by its place and its name', () => {
    assert.deepEqual(
      problemsOf(
        { name: 'none', to: everyone },
        { name: 'both', allow: ['/a'], deny: ['/b'], to: everyone },
        { name: 'nobody', allow: ['/a'] },
        { name: 'empty', allow: [], to: everyone },
        { name: 'patterns', deny: ['/a', '/b**', 'c'] },
        { name: 'people', deny: ['/a'], to: {} },
        { name: 'alone', deny: ['/a'], to: { everyone: true, groups: ['a'] } },
        { name: 'claims', deny: ['/a'], to: { claims: {} } },
        { name: 'members', deny: ['/a'], to: { group: ['a'] }, mounts: ['docs'] },
        { name: 'lists', deny: ['/a'], to: { groups: [] }, actions: ['write'] },
        { name: 'false', deny: ['/a'], to: { everyone: false } },
        { name: 'unless', deny: ['/a'], unless: { anonymous: true } },
        { deny: ['/a'] },
        { name: 'a\nb', deny: ['/a'] },
        { name: 'mounts', deny: ['/a'], mount: [] },
        { name: 'empty name', deny: ['/a'], mount: '' },
      ),
      [
        'access.rules[0]: expected either allow or deny (from s3proxy.json, "none")',
        'access.rules[1]: expected either allow or deny (from s3proxy.json, "both")',
        'access.rules[2]: expected to, which says whom it allows, such as {"everyone": true} (from s3proxy.json, "nobody")',
        'access.rules[3].allow: expected a list of at least one pattern such as /a/** (from s3proxy.json, "empty")',
        'access.rules[4].deny: "/b**": expected ** to stand for whole segments, as in /a/**/*.pdf (from s3proxy.json, "patterns")',
        'access.rules[5].to: expected at least one of groups, emails, emailDomains, ids, claims, everyone, anonymous (from s3proxy.json, "people")',
        'access.rules[6].to: expected everyone to stand alone, because members narrow each other down (from s3proxy.json, "alone")',
        'access.rules[7].to: expected at least one of groups, emails, emailDomains, ids, claims, everyone, anonymous (from s3proxy.json, "claims")',
        'access.rules[8].mounts: unknown key in s3proxy.json, "members"; did you mean access.rules[8].mount?',
        'access.rules[8].to.group: unknown key in s3proxy.json, "members"; did you mean access.rules[8].to.groups?',
        'access.rules[9].actions: expected a list of read, list, zip (from s3proxy.json, "lists")',
        'access.rules[9].to.groups: expected a list of at least one group (from s3proxy.json, "lists")',
        'access.rules[10].to.everyone: expected true, or no such member (from s3proxy.json, "false")',
        'access.rules[11]: expected no anonymous in unless, because the rule would be about nobody (from s3proxy.json, "unless")',
        'access.rules[12].name: is required: name of the rule, which log and explanations show',
        'access.rules[13].name: expected a name of 1 to 100 characters, on one line (from s3proxy.json, "a\\nb")',
        'access.rules[14].mount: expected the name of a mount, or a list of at least one (from s3proxy.json, "mounts")',
        'access.rules[15].mount: expected text that is not empty (from s3proxy.json, "empty name")',
      ],
    )
  })
})
