import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLegacySessions } from '../../../src/identity/legacy-session.ts'
import { createLegacyTokens } from '../../../src/identity/legacy-tokens.ts'
import { createLoginPorts, request, site } from '../sso/sso-ports.ts'

const id = 'original-session-id'
const key = `s3proxy__assets_session_id__${id}__sso_token`
const cookie = `assets_session_id=${id}`

describe('createLegacySessions', () => {
  it('makes one session of everything that a browser asks at once, and one of what it asks later', async () => {
    const { legacy, sso, sets } = start()
    const resumed = await Promise.all([1, 2, 3].map(() => legacy.resume(request('/a', { cookie }), site)))
    assert.equal(new Set(resumed.map((one) => one?.cookies.join())).size, 1)
    assert.deepEqual(sso.asked, ['identify the-token'])
    assert.deepEqual(sets, [[key, 'the-token', 'PX', 60_000, 'XX']])
    await legacy.resume(request('/a', { cookie }), site)
    assert.equal(sso.asked.length, 2)
  })

  it('ends what the SSO rejects', async () => {
    const { legacy, sso, values, sets } = start()
    sso.answer = { kind: 'rejected' }
    assert.equal(await legacy.resume(request('/a', { cookie }), site), undefined)
    assert.equal(values.size, 0)
    assert.deepEqual(sets, [])
  })

  it('keeps the old session for another try when the SSO fails', async () => {
    const { legacy, sso, values } = start()
    sso.fail = new Error('down')
    await assert.rejects(legacy.resume(request('/a', { cookie }), site))
    assert.equal(values.size, 1)
    sso.fail = undefined
    assert.equal((await legacy.resume(request('/a', { cookie }), site))?.who, 'jo')
  })

  it('asks nobody about what cannot be an id', async () => {
    const { legacy, sso } = start()
    for (const bad of ['short', 'with space in it!', '../../../../etc/x', '*'.repeat(40), 'a'.repeat(300)])
      assert.equal(
        await legacy.resume(request('/a', { cookie: `assets_session_id=${bad}` }), site),
        undefined,
      )
    assert.equal(await legacy.resume(request('/a'), site), undefined)
    assert.deepEqual(sso.asked, [])
  })
})

function start() {
  const { parts, sso, clock } = createLoginPorts()
  const values = new Map([[key, 'the-token']])
  const sets: unknown[][] = []
  const redis = {
    get: async (name: string) => values.get(name) ?? null,
    async set(...words: unknown[]) {
      sets.push(words)
      return 'OK'
    },
    async del(name: string) {
      values.delete(name)
    },
  }
  const tokens = createLegacyTokens(redis, 1000)
  const legacy = createLegacySessions({ tokens, sessions: parts.sessions, sso, now: () => clock.now })
  return { legacy, sso, values, sets }
}
