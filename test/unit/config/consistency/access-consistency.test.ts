import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { leastEnv, resolve } from '../../../helpers/config/given.ts'

const resolveRules = (...rules: unknown[]) => resolve({ env: leastEnv, content: { access: { rules } } })
const warningsOf = (...rules: unknown[]) => {
  const { problems, warnings } = resolveRules(...rules)
  assert.deepEqual(problems, [])
  return warnings.filter((warning) => warning.startsWith('access.'))
}
const allow = (name: string, ...patterns: string[]) => ({ name, allow: patterns, to: { everyone: true } })

describe('checkAccess', () => {
  it('wants a name of its own for each rule', () => {
    assert.deepEqual(
      resolveRules(allow('a', '/a'), allow('b', '/b'), allow('a', '/c')).problems.map(({ path, message }) => [
        path,
        message,
      ]),
      [['access.rules[2]', 'expected a name that no other rule has: access.rules[0] is "a", too']],
    )
  })

  it('warns of rules that another one leaves without effect, and of no others', () => {
    assert.deepEqual(
      warningsOf(
        allow('narrow', '/a/b/**'),
        allow('wide', '/a/**'),
        allow('hidden', '/secret/x'),
        { name: 'secret', deny: ['/secret/**'] },
        { name: 'some', deny: ['/a/*.key'] },
      ),
      [
        'access.rules[0] "narrow" changes nothing, because "wide" covers all of it',
        'access.rules[2] "hidden" allows nothing, because "secret" denies all of it',
      ],
    )
  })

  it('warns of patterns that never fit, or fit something else than it seems', () => {
    const warnings = warningsOf(
      allow('own', '/__s3proxy/me'),
      allow('callback', '/__redirect_from_sso'),
      allow('long', `/${'a'.repeat(1025)}`),
      allow('escaped', '/a%20b'),
      allow('typo', '/people/{emial}/**'),
      allow('claim', '/people/{Claim:/sub}'),
      allow('fine', '/people/{email}/**', '/{a,b}', '/100%', '/__s3'),
    )
    for (const [index, warning] of [
      /\[0\] "own": \/__s3proxy\/me never fits, because that path is a page/,
      /\[1\] "callback": .* never fits, because that path is a page/,
      /\[2\] "long": .* never fits, because no key is longer than 1024 bytes/,
      /\[3\] "escaped": \/a%20b is compared with the decoded path/,
      /\[4\] "typo": .* has \{emial\}, which is taken for itself/,
      /\[5\] "claim": .* has \{Claim:, which is taken for itself/,
    ].entries())
      assert.match(warnings[index] ?? '', warning)
    assert.equal(warnings.length, 6)
  })

  it('wants the mounts of rules to be there', () => {
    const rules = [
      { ...allow('a', '/**'), mount: 'site' },
      { name: 'b', deny: ['/**'], mount: ['site', 'fims'] },
    ]
    const problemsWith = (mounts: object) =>
      resolve({ env: leastEnv, content: { access: { rules }, mounts } }).problems.map(
        ({ path, message }) => `${path}: ${message}`,
      )
    const [site, films] = [{ path: '/' }, { path: '/films/' }]
    assert.deepEqual(problemsWith({ site, films }), [
      'access.rules[1]: expected mount to name a mount, and not "fims": known are site, films',
    ])
    assert.deepEqual(problemsWith({ site, fims: films }), [])
    assert.deepEqual(problemsWith({}), [
      'access.rules[0]: expected mount to name a mount, and not "site": the configuration has no mounts',
      'access.rules[1]: expected mount to name a mount, and not "site": the configuration has no mounts',
    ])
  })

  it('warns of patterns that fit no path of their mounts', () => {
    const mounts = {
      site: { path: '/site/' },
      deep: { path: '/site/deep/' },
      films: { path: '/films/2026/', host: 'films.example.com' },
      reel: { path: '/films/2026/reel/' },
    }
    const warningsWith = (rule: object) =>
      resolve({
        env: leastEnv,
        content: { access: { rules: [{ name: 'one', to: { everyone: true }, ...rule }] }, mounts },
      }).warnings.filter((warning) => warning.startsWith('access.'))
    for (const [rule, ...expected] of [
      [{ allow: ['/other/**'] }, '/other/** never fits, because no path of any mount is like that'],
      [{ allow: ['/films/2025/a'] }, '/films/2025/a never fits, because no path of any mount is like that'],
      [
        { deny: ['/site/a', '/a'], mount: 'films' },
        '/site/a never fits, because no path of mounts.films is like that',
        '/a never fits, because no path of mounts.films is like that',
      ],
      [
        { allow: ['/*/2025/**'], mount: ['films'] },
        '/*/2025/** never fits, because no path of mounts.films is like that',
      ],
      [
        { allow: ['/site/deep/**'], mount: 'site' },
        '/site/deep/** fits nothing of mounts.site, because mounts.deep has what is there',
      ],
      [{ allow: ['/**', '/**/a', '/site/**', '/site/', '/*/deep/x'], mount: ['site', 'deep'] }],
      [{ allow: ['/{claim:/sub}/2026/**', '/films/*/a', '/films/**/a'], mount: 'films' }],
      [{ allow: ['/site/deep/**'], mount: ['site', 'deep'] }],
      [{ allow: ['/site/deep/**', '/films/2026/**'] }],
      [{ allow: ['/films/2026/reel/**'], mount: 'films' }],
    ] as const)
      assert.deepEqual(
        warningsWith(rule),
        expected.map((text) => `access.rules[0] "one": ${text}`),
      )
  })

  it('warns of ids in patterns, where they have the issuer in them', () => {
    const warningsWith = (sso: object) =>
      resolve({
        env: { ...leastEnv, SSO_URL: '', S3PROXY_SSO_ISSUER: 'https://sso.example.com' },
        content: {
          sso,
          access: { rules: [allow('own', '/people/{id}/**'), allow('sub', '/{claim:/sub}/**')] },
        },
      }).warnings.filter((warning) => warning.startsWith('access.'))
    assert.match(
      warningsWith({}).join('\n'),
      /^access\.rules\[0\] "own": .* never fits, because with sso\.issuer/,
    )
    assert.equal(warningsWith({}).length, 1)
    assert.deepEqual(warningsWith({ userClaim: 'preferred_username' }), [])
  })

  // The one figure is compared with the other, so that the speed of the machine does not matter.
  for (const [pattern, mountCount] of [
    ['/teams/N/**', 0],
    ['/x/*-N.pdf', 0],
    ['/teams/N/**', 100],
  ] as const)
    it(`reads ten times as many rules with far less than a hundred times the work: ${pattern}, ${mountCount} mounts`, () => {
      const mounts = Object.fromEntries(
        Array.from({ length: mountCount }, (_, index) => [`mount${index}`, { path: `/teams/${index}/` }]),
      )
      const rules = Array.from({ length: 10_000 }, (_, index) => ({
        name: `team ${index}`,
        allow: [pattern.replace('N', String(mountCount === 0 ? index : `${index % mountCount}/${index}`))],
        to: { groups: [`team-${index}`] },
      }))
      const workOf = (count: number) => {
        const startedAt = process.cpuUsage()
        const content = { access: { rules: rules.slice(0, count) }, mounts }
        const { config, warnings } = resolve({ env: leastEnv, content })
        const { user, system } = process.cpuUsage(startedAt)
        assert.equal(config?.access.rules.length, count)
        assert.ok(!warnings.some((warning) => warning.startsWith('access.')))
        return user + system
      }
      const leastOf = (count: number) => Math.min(workOf(count), workOf(count), workOf(count))
      const [few, many] = [leastOf(1000), leastOf(10_000)]
      assert.ok(many < 40 * few, `${many} µs for ten times as many as ${few} µs`)
    })
})
