import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { createProxyClient } from '../../../../../src/cli/fetch/through/proxy-client.ts'
import { askResourceMetadata } from '../../../../../src/cli/fetch/through/resource-metadata.ts'
import { startSmallProxy } from './small-proxy.ts'

const { signal } = new AbortController()
const path = '/.well-known/oauth-protected-resource'

const usual = (origin: string) => ({
  resource: origin,
  authorization_servers: ['https://sso.example.com', 'https://other.example.com'],
  bearer_methods_supported: ['header'],
  scopes_supported: ['openid', 'groups'],
  client_id: 'terminal',
})

async function ask(
  t: TestContext,
  change: (origin: string) => object | string | ((to: ServerResponse) => void),
) {
  const proxy = await startSmallProxy(t, (_request, response) => {
    const answer = change(proxy.origin)
    if (typeof answer === 'function') answer(response)
    else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  const client = createProxyClient('s3proxy/test', 1000)
  return askResourceMetadata(client, proxy.origin, proxy.origin + path, { signal, silenceMs: 1000 })
}

describe('askResourceMetadata', () => {
  it('knows the SSO, the client and the scope', async (t) => {
    assert.deepEqual(await ask(t, usual), {
      issuer: 'https://sso.example.com',
      clientId: 'terminal',
      scope: 'openid groups',
      resource: undefined,
    })
  })

  it('takes metadata without client and scope, and a resource with a slash', async (t) => {
    const metadata = await ask(t, (origin) => ({
      resource: `${origin}/`,
      authorization_servers: ['https://sso.example.com'],
    }))
    assert.deepEqual([metadata.clientId, metadata.scope], [undefined, ''])
  })

  it('names the resource to the SSO only where the proxy says that the SSO wants it', async (t) => {
    const metadata = await ask(t, (origin) => ({ ...usual(origin), resource_indicators_supported: true }))
    assert.match(metadata.resource ?? '', /^http:\/\/127\.0\.0\.1:\d+$/)
  })

  for (const [what, change, expected] of [
    [
      'another resource',
      (origin: string) => ({ ...usual(origin), resource: 'https://assets.example.com' }),
      /are those of another resource, https:\/\/assets\.example\.com$/,
    ],
    [
      'a resource below the proxy',
      (origin: string) => ({ ...usual(origin), resource: `${origin}/a` }),
      /another resource/,
    ],
    ['no SSO', (origin: string) => ({ ...usual(origin), authorization_servers: [] }), /name no SSO/],
    [
      'tokens elsewhere',
      (origin: string) => ({ ...usual(origin), bearer_methods_supported: ['query'] }),
      /bearer_methods_supported/,
    ],
    ['a page', () => '<html>canary', /are no JSON object$/],
    ['a list', () => '[]', /are those of another resource, undefined|no JSON object/],
    ['a huge answer', () => 'a'.repeat(300_000), /are larger than 262144 bytes$/],
    ['404', () => (to: ServerResponse) => to.writeHead(404).end('canary'), /it answers 404$/],
    [
      'a redirect',
      () => (to: ServerResponse) => to.writeHead(302, { location: 'https://evil.example.com' }).end(),
      /it answers 302$/,
    ],
    ['silence', () => () => {}, /no answer within 1000 ms$/],
    [
      'half an answer',
      () => (to: ServerResponse) => to.writeHead(200, { 'content-length': 9 }).write('{'),
      /nothing more came from the proxy within 1000 ms$/,
    ],
  ] as [string, (origin: string) => object, RegExp][]) {
    it(`says in one line what is wrong with ${what}`, async (t) => {
      await assert.rejects(ask(t, change), (error: Error) => {
        assert.match(error.message, expected)
        assert.doesNotMatch(error.message, /canary|\n/)
        return true
      })
    })
  }

  it('asks nobody where the address is missing or at another origin', async () => {
    const client = () => Promise.reject(new Error('asked'))
    const at = (address: string | undefined) =>
      askResourceMetadata(client, 'https://h', address, { signal, silenceMs: 1 })
    await assert.rejects(at(undefined), /does not say where to get one: set bearer\.accept/)
    await assert.rejects(at('nonsense'), /does not say where to get one/)
    await assert.rejects(
      at('https://h.example.com/m'),
      /its metadata are at https:\/\/h\.example\.com: server\.publicUrl/,
    )
    await assert.rejects(at('http://h/m'), /its metadata are at http:\/\/h/)
  })
})
