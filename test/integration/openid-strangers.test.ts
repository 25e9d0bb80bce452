import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import { startRedisServer } from '../helpers/redis/redis-server.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const audience = 'https://assets.example.com'
const requests = 300
const atOnce = 50

describe('somebody who is not signed in, beside an OpenID provider', { timeout: 120_000 }, () => {
  it('sends logout tokens by the hundred, which cost one call for the keys and nothing in Redis', async (t) => {
    const { sso, origin, keysInRedis } = await start(t)
    const statuses = await flood(() =>
      fetch(`${origin}/__s3proxy/backchannel-logout`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: madeUp(sso.issuer, sso.clientId, 'logout+jwt') }),
      }),
    )
    assert.deepEqual(statuses, new Map([[400, requests]]))
    assert.deepEqual([sso.calls.discovery, sso.calls.keys, await keysInRedis()], [1, 1, 0])
  })

  it('sends bearer tokens by the hundred, which cost one call for the keys and nothing in Redis', async (t) => {
    const { sso, origin, keysInRedis } = await start(t)
    const statuses = await flood(() =>
      fetch(`${origin}/page.html`, {
        headers: { authorization: `Bearer ${madeUp(sso.issuer, audience, 'at+jwt')}` },
        redirect: 'manual',
      }),
    )
    assert.deepEqual(statuses, new Map([[401, requests]]))
    assert.deepEqual([sso.calls.discovery, sso.calls.keys, await keysInRedis()], [1, 1, 0])
  })

  it('asks for the pages of this site by the hundred, which asks the provider nothing', async (t) => {
    const { sso, origin, keysInRedis, log } = await start(t)
    for (const [path, status] of [
      ['/__s3proxy/me', 401],
      ['/__s3proxy/signed-out', 200],
      ['/__s3proxy/logout', 200],
      ['/.well-known/oauth-protected-resource', 200],
    ] as const) {
      const cookie = () => `s3proxy_session=${randomUUID()}${randomUUID().slice(0, 7)}`
      const headers = () => ({ accept: 'application/json', cookie: cookie() })
      const statuses = await flood(() => fetch(origin + path, { headers: headers(), redirect: 'manual' }))
      assert.deepEqual(statuses, new Map([[status, requests]]), path)
    }
    const calls = Object.values(sso.calls).reduce((sum, count) => sum + count, 0)
    assert.deepEqual([calls, await keysInRedis()], [0, 0])
    assert.deepEqual(
      log.filter(({ level }) => level === 'warn' || level === 'error'),
      [],
    )
  })
})

/** Sends `requests` of them, `atOnce` at a time. @returns how often each status came */
async function flood(send: () => Promise<Response>): Promise<Map<number, number>> {
  const statuses = new Map<number, number>()
  let left = requests
  const sendInTurn = async () => {
    while (left-- > 0) {
      const { status, body } = await send()
      await body?.cancel()
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, sendInTurn))
  return statuses
}

/** A token with everything right but its key, which nobody has. */
function madeUp(issuer: string, audienceOfToken: string, typ: string): string {
  const seconds = Math.floor(Date.now() / 1000)
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    ...{ iss: issuer, aud: audienceOfToken, sub: 'ada', jti: randomUUID(), client_id: 'x' },
    ...{ iat: seconds, exp: seconds + 60 },
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  }
  const signature = Buffer.alloc(256, 1).toString('base64url')
  return `${encode({ alg: 'RS256', typ, kid: randomUUID() })}.${encode(claims)}.${signature}`
}

async function start(t: TestContext) {
  const [sso, redis] = await Promise.all([startOpenidProvider(), startRedisServer()])
  t.after(() => Promise.all([sso.close(), redis.close()]))
  const env = { S3PROXY_BEARER_ACCEPT: 'jwt', S3PROXY_BEARER_AUDIENCE: audience }
  const { issuer, clientId, clientSecret } = sso
  const stage = await startStageInProcess(t, { sso: { issuer, clientId, clientSecret }, redis, env })
  return { ...stage, sso, keysInRedis: async () => Number(await redis.command('dbsize')) }
}
