import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { explain } from '../../src/access/explain.ts'
import { personFromClaims } from '../../src/person/person-from-claims.ts'
import { resolve } from '../helpers/config/given.ts'

const text = readFileSync('docs/access.md', 'utf8')
const setUps = [...text.matchAll(/^### (.*)$([\s\S]*?)(?=^##)/gm)].map(([, name = '', body = '']) => ({
  name,
  content: JSON.parse(/```json\n([\s\S]*?)```/.exec(body)?.[1] ?? 'null'),
  rows: [...body.matchAll(/^\| `(.*?)` \| `GET \/(.*?)` \| (\w+) \|$/gm)].map(
    ([, as = '', path = '', outcome]) => ({
      as,
      path,
      outcome,
    }),
  ),
}))

describe('docs/access.md', () => {
  it('has the commonest set-ups', () => {
    assert.equal(setUps.length, 4)
  })

  for (const { name, content, rows } of setUps)
    it(`has a complete file that decides as its table says: ${name}`, () => {
      const env = { SSO_CLIENT_SECRET: 'secret', REDIS_URL: 'rediss://redis.example.com:6379' }
      const { config, problems, warnings } = resolve({ env, content })
      assert.deepEqual([problems, warnings], [[], []])
      if (config === undefined) assert.fail()
      for (const { as, path, outcome } of rows) {
        const given = JSON.parse(as)
        const person =
          given === null ? undefined : { ...personFromClaims(given.claims ?? {}, config.sso), ...given }
        const { decision } = explain(config.access, person, 'read', path)
        assert.equal(decision.kind === 'allowed' ? 'allowed' : 'denied', outcome, `${as} /${path}`)
      }
      for (const outcome of ['allowed', 'denied'])
        assert.ok(rows.filter((row) => row.outcome === outcome).length > 1, outcome)
    })
})
