import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { createProxyClient } from '../../../../../src/cli/fetch/through/proxy-client.ts'
import { createSignedInClient } from '../../../../../src/cli/fetch/through/signed-in-client.ts'
import type { Challenge } from '../../../../../src/cli/fetch/token/token-source.ts'
import { startSmallProxy } from './small-proxy.ts'

const { signal } = new AbortController()
const question = { method: 'GET', headers: {}, signal } as const

async function given(
  t: TestContext,
  answer: Parameters<typeof startSmallProxy>[1],
  tokens: readonly (string | undefined)[] = ['first', 'second'],
) {
  const proxy = await startSmallProxy(t, answer)
  const refused: [string | undefined, Challenge][] = []
  const source = {
    current: async () => tokens[0],
    async afterRefusal(token: string | undefined, challenge: Challenge) {
      refused.push([token, challenge])
      const next = tokens[refused.length]
      if (next === undefined) throw new Error('no other token')
      return next
    },
  }
  const client = createProxyClient('s3proxy/test', 1000)
  const ask = createSignedInClient(client, source, { origin: proxy.origin, path: '/a//../b%2e?c' })
  return { proxy, refused, ask: () => ask(question) }
}

describe('createSignedInClient', () => {
  it('sends the token in a header and the path byte for byte, as a request that takes no page', async (t) => {
    const { proxy, ask } = await given(t, (_request, response) => response.end('ok'))
    assert.equal((await ask()).statusCode, 200)
    const [request] = proxy.requests
    assert.equal(request?.url, '/a//../b%2e?c')
    assert.deepEqual(
      [request?.headers.authorization, request?.headers.accept, request?.headers['user-agent']],
      ['Bearer first', 'application/octet-stream', 's3proxy/test'],
    )
  })

  it('sends no token where there is none', async (t) => {
    const { proxy, ask } = await given(t, (_request, response) => response.end('ok'), [undefined])
    await ask()
    assert.equal('authorization' in (proxy.requests[0]?.headers ?? {}), false)
  })

  it('gets another token after a 401, and tells why', async (t) => {
    const challenge = 'Bearer error="invalid_token", resource_metadata="http://h/m"'
    const { proxy, refused, ask } = await given(t, (_request, response, ordinal) =>
      ordinal === 1 ? response.writeHead(401, { 'www-authenticate': challenge }).end() : response.end(),
    )
    assert.equal((await ask()).statusCode, 200)
    assert.deepEqual(refused, [['first', { resourceMetadata: 'http://h/m', error: 'invalid_token' }]])
    assert.equal(proxy.requests[1]?.headers.authorization, 'Bearer second')
  })

  it('ends when there is no other token', async (t) => {
    const { proxy, ask } = await given(t, (_request, response) =>
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end(),
    )
    await assert.rejects(ask(), /^Error: no other token$/)
    assert.equal(proxy.requests.length, 2)
  })

  it('says that a proxy without such a challenge takes no tokens', async (t) => {
    const { ask } = await given(t, (_request, response) =>
      response.writeHead(401, { 'www-authenticate': 'Cookie realm="s3proxy"' }).end(),
    )
    await assert.rejects(ask(), /answers 401, and takes no tokens of programs: bearer\.accept/)
  })

  it('follows a redirect within the proxy', async (t) => {
    const { proxy, ask } = await given(t, (request, response) =>
      request.url === '/a//../b%2e?c'
        ? response.writeHead(302, { location: '/other/?c' }).end()
        : response.end('there'),
    )
    assert.equal((await ask()).statusCode, 200)
    assert.equal(proxy.requests[1]?.url, '/other/?c')
  })

  for (const location of [
    'https://sso.example.com/authorize?state=canary',
    '//evil.example.com/',
    'javascript:a',
  ]) {
    it(`takes no token to ${location}`, async (t) => {
      const { proxy, ask } = await given(t, (_request, response) =>
        response.writeHead(302, { location }).end(),
      )
      await assert.rejects(ask(), (error: Error) => {
        assert.match(error.message, /redirects to (?!.*canary).*, where the token must not go/)
        return true
      })
      assert.equal(proxy.requests.length, 1)
    })
  }

  it('does not follow redirects for ever', async (t) => {
    const { proxy, ask } = await given(t, (_request, response) =>
      response.writeHead(302, { location: '/x' }).end(),
    )
    await assert.rejects(ask(), /redirects again and again/)
    assert.equal(proxy.requests.length, 6)
  })

  it('says why nobody answers', async (t) => {
    const { ask } = await given(t, (request) => request.socket.destroy())
    await assert.rejects(ask(), /^Error: http:\/\/127\.0\.0\.1:\d+ cannot be asked: /)
    const { ask: silent } = await given(t, () => {})
    await assert.rejects(silent(), /no answer within 1000 ms/)
  })
})
