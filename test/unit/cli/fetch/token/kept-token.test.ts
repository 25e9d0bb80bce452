import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createKeptToken, type KeptTokenOptions } from '../../../../../src/cli/fetch/token/kept-token.ts'
import type { TokenRecord } from '../../../../../src/cli/fetch/token/token-record.ts'

const base = { origin: 'https://h', issuer: 'https://sso', clientId: 'terminal', scope: '' }
const challenge = { resourceMetadata: undefined, error: 'invalid_token', description: 'wrong aud' }

/** A kept token whose file is in memory. The clock stands at 1000. */
function given(first: TokenRecord | undefined, more: Partial<KeptTokenOptions> = {}) {
  const kept = { record: first, asked: [] as string[], told: [] as string[] }
  const tokens = createKeptToken({
    file: {
      path: 'memory',
      read: async () => kept.record,
      async write(record) {
        kept.record = record
      },
      async remove() {
        kept.record = undefined
      },
      alone: (run) => run(),
    },
    scope: undefined,
    async signIn() {
      kept.asked.push('sign in')
      return { ...base, accessToken: 'signed-in', refreshToken: 'r' }
    },
    async renew({ refreshToken }) {
      kept.asked.push(`renew ${refreshToken}`)
      return { ...base, accessToken: 'renewed', refreshToken: 'r2' }
    },
    now: () => 1000,
    report: (text) => kept.told.push(text),
    ...more,
  })
  return { kept, tokens }
}

const fresh: TokenRecord = {
  ...base,
  accessToken: 'fresh',
  refreshToken: 'r1',
  expiresAt: 2000,
  renewAt: 1500,
}
const due: TokenRecord = { ...fresh, accessToken: 'due', renewAt: 900 }

describe('createKeptToken', () => {
  it('gives the token of the file, and asks nobody', async () => {
    const { kept, tokens } = given(fresh)
    assert.equal(await tokens.current(), 'fresh')
    assert.deepEqual(kept.asked, [])
  })

  it('renews ahead of the end, and keeps the new refresh token', async () => {
    const { kept, tokens } = given(due)
    assert.equal(await tokens.current(), 'renewed')
    assert.equal(await tokens.current(), 'renewed')
    assert.deepEqual(kept.asked, ['renew r1'])
    assert.equal(kept.record?.refreshToken, 'r2')
  })

  it('takes the token that another process has got meanwhile, and spends no refresh token', async () => {
    const { kept, tokens } = given(fresh)
    await tokens.current()
    kept.record = { ...fresh, accessToken: 'of another process', refreshToken: 'r9' }
    assert.equal(await tokens.afterRefusal('fresh', challenge), 'of another process')
    assert.deepEqual(kept.asked, [])
  })

  it('goes on with a token that is valid when it cannot be renewed', async () => {
    const renew = () => Promise.reject(new Error('the SSO is away'))
    assert.equal(await given(due, { renew }).tokens.current(), 'due')
    await assert.rejects(given({ ...due, expiresAt: 999 }, { renew }).tokens.current(), /away/)
  })

  it('forgets a token whose refresh token is not taken, and asks to sign in', async () => {
    const { kept, tokens } = given(due, { renew: async () => undefined })
    assert.equal(await tokens.current(), undefined)
    assert.deepEqual([kept.record], [undefined])
    assert.equal(await tokens.afterRefusal(undefined, challenge), 'signed-in')
    assert.equal(kept.record?.accessToken, 'signed-in')
  })

  it('does not send a token that is over and cannot be renewed', async () => {
    const { tokens } = given({ ...base, accessToken: 'over', expiresAt: 999 })
    assert.equal(await tokens.current(), undefined)
  })

  it('renews after a 401, then asks to sign in, and then says that the proxy refuses everything', async () => {
    const { kept, tokens } = given(fresh)
    await tokens.current()
    assert.equal(await tokens.afterRefusal('fresh', challenge), 'renewed')
    assert.equal(await tokens.afterRefusal('renewed', challenge), 'signed-in')
    await assert.rejects(
      tokens.afterRefusal('signed-in', challenge),
      /\(invalid_token: wrong aud\): bearer\.issuer/,
    )
    assert.deepEqual(kept.asked, ['renew r1', 'sign in'])
  })

  it('renews again after the next 401, as in a download of many hours', async () => {
    let count = 0
    const renew = async (record: TokenRecord) => ({ ...record, accessToken: `renewed-${++count}` })
    const { tokens } = given(fresh, { renew })
    await tokens.current()
    assert.equal(await tokens.afterRefusal('fresh', challenge), 'renewed-1')
    assert.equal(await tokens.afterRefusal(undefined, challenge), 'renewed-2')
  })

  it('uses no token of another scope than --scope', async () => {
    const { kept, tokens } = given(fresh, { scope: 'openid' })
    assert.equal(await tokens.current(), undefined)
    assert.equal(await tokens.afterRefusal(undefined, challenge), 'signed-in')
    assert.deepEqual(kept.asked, ['sign in'])
  })

  it('goes on with a token that cannot be kept, and says so', async () => {
    const file = {
      path: 'memory',
      read: async () => undefined,
      write: () => Promise.reject(new Error('EROFS: read-only file system')),
      remove: async () => {},
      alone: <T>(run: () => Promise<T>) => run(),
    }
    const { kept, tokens } = given(undefined, { file })
    assert.equal(await tokens.afterRefusal(undefined, challenge), 'signed-in')
    assert.match(kept.told.join('\n'), /^warning: the token cannot be kept, .*: EROFS/)
  })
})
