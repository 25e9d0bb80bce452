import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { discoverServer } from '../../../../../src/cli/fetch/token/authorization-server.ts'
import { startSmallSso, usualDiscovery } from './small-sso.ts'

const none = () => {}

describe('discoverServer', () => {
  it('knows the addresses of the SSO', async (t) => {
    const sso = await startSmallSso(t, none)
    const { metadata } = await discoverServer(sso.wanted, sso.options)
    assert.equal(metadata.device_authorization_endpoint, `${sso.issuer}/device`)
  })

  for (const [what, discovery, expected] of [
    [
      'an issuer with a slash more',
      (issuer: string) => ({ ...usualDiscovery(issuer), issuer: `${issuer}/` }),
      /names the issuer http:.*\/, but/,
    ],
    [
      'another issuer',
      (issuer: string) => ({ ...usualDiscovery(issuer), issuer: 'https://evil.example.com' }),
      /names the issuer https:\/\/evil\.example\.com/,
    ],
    ['a page', () => (response: ServerResponse) => response.end('<html>canary'), /is not a JSON object/],
    [
      'a huge answer',
      () => (response: ServerResponse) => response.end('a'.repeat(300_000)),
      /is larger than/,
    ],
    [
      'a redirect',
      () => (response: ServerResponse) => response.writeHead(302, { location: '/x' }).end(),
      /302, and redirects are not followed/,
    ],
    ['silence', () => none, /did not come within 2000 ms/],
    ['503', () => (response: ServerResponse) => response.writeHead(503).end(), /the answer is 503/],
  ] as [string, (issuer: string) => object, RegExp][]) {
    it(`says in one line what is wrong with ${what}`, async (t) => {
      const sso = await startSmallSso(t, none, discovery as typeof usualDiscovery)
      await assert.rejects(discoverServer(sso.wanted, sso.options), (error: Error) => {
        assert.match(error.message, expected)
        assert.doesNotMatch(error.message, /canary|\n/)
        return true
      })
    })
  }

  for (const issuer of [
    'http://sso.example.com',
    'ftp://sso.example.com',
    'sso',
    'https://a:b@sso.example.com',
  ]) {
    it(`asks nobody at ${issuer}`, async (t) => {
      const { wanted, options } = await startSmallSso(t, none)
      await assert.rejects(
        discoverServer({ ...wanted, issuer }, options),
        /names an SSO that is no https URL/,
      )
    })
  }

  it('asks no SSO without TLS on this machine when the proxy is elsewhere', async (t) => {
    const { wanted, options } = await startSmallSso(t, none)
    await assert.rejects(discoverServer(wanted, { ...options, allowsLoopback: false }), /no https URL/)
  })
})
