import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLegacyTokens } from '../../../src/identity/legacy-tokens.ts'

describe('createLegacyTokens', () => {
  for (const [what, id] of Object.entries({
    'of one character': 'a',
    'shorter than anybody would make them': 'a'.repeat(15),
    'longer than anybody would make them': 'a'.repeat(257),
    'with a sign that the original has not': `${'a'.repeat(20)}*`,
  }))
    it(`asks Redis for no ids ${what}`, async () => {
      const { tokens, asked } = start()
      assert.equal(await tokens.find(`assets_session_id=${id}`), undefined)
      assert.deepEqual(asked, [])
    })

  it('asks for one as the original makes them', async () => {
    const { tokens, asked } = start()
    const id = `${'Ab-_'.repeat(21)}xy`
    assert.equal((await tokens.find(`assets_session_id=${id}`))?.accessToken, 'the-token')
    assert.deepEqual(asked, [`s3proxy__assets_session_id__${id}__sso_token`])
  })
})

function start() {
  const asked: string[] = []
  const redis = {
    async get(key: string) {
      asked.push(key)
      return 'the-token'
    },
    set: async () => null,
    del: async () => 1,
  }
  return { tokens: createLegacyTokens(redis, 1000), asked }
}
