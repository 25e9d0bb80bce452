import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { createAccess } from '../../src/access/create-access.ts'
import { readRequest } from '../../src/cli/explained-request.ts'
import { personFromClaims } from '../../src/person/person-from-claims.ts'
import { resolve } from '../helpers/config/given.ts'

const text = readFileSync('docs/access.md', 'utf8')
const setUps = [...text.matchAll(/^### (.*)$([\s\S]*?)(?=^##)/gm)].map(([, name = '', body = '']) => ({
  name,
  content: JSON.parse(/```json\n([\s\S]*?)```/.exec(body)?.[1] ?? 'null'),
  rows: [...body.matchAll(/^\| `(.*?)` \| `(GET .*?)` \| (\w+) \|$/gm)].map(
    ([, as = '', request = '', outcome]) => ({ as, request, outcome }),
  ),
}))

describe('docs/access.md', () => {
  it('has the commonest set-ups', () => {
    assert.equal(setUps.length, 5)
  })

  for (const { name, content, rows } of setUps)
    it(`has a complete file that decides as its table says: ${name}`, () => {
      const env = { SSO_CLIENT_SECRET: 'secret', REDIS_URL: 'rediss://redis.example.com:6379' }
      const { config, problems, warnings } = resolve({ env, content })
      assert.deepEqual([problems, warnings], [[], []])
      if (config === undefined) assert.fail()
      const { decide } = createAccess(config.access)
      for (const { as, request, outcome } of rows) {
        const given = JSON.parse(as)
        const person =
          given === null ? undefined : { ...personFromClaims(given.claims ?? {}, config.sso), ...given }
        const { action, path, mount } = readRequest(request, config)
        const { kind } = decide(person, action, path, mount)
        assert.equal(kind === 'allowed' ? 'allowed' : 'denied', outcome, `${as} ${request}`)
      }
      for (const outcome of ['allowed', 'denied'])
        assert.ok(rows.filter((row) => row.outcome === outcome).length > 1, outcome)
    })
})
