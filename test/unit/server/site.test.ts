import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parsePublicUrl } from '../../../src/config/schema/public-url.ts'
import { createSiteResolver, type SiteSettings } from '../../../src/server/site.ts'
import { request } from '../../helpers/stage/login-ports.ts'

const resolve = (settings: SiteSettings, host: string, proto?: string) =>
  createSiteResolver(settings)({
    ...request('/', proto === undefined ? {} : { 'x-forwarded-proto': proto }),
    host,
  })?.origin

describe('createSiteResolver', () => {
  it('knows one host when there is a public URL, whatever the router says', () => {
    const settings = {
      publicUrl: parsePublicUrl('https://assets.example.com'),
      allowedHosts: ['other.example.com'],
    }
    assert.equal(resolve(settings, 'assets.example.com', 'http'), 'https://assets.example.com')
    assert.equal(resolve(settings, 'assets.example.com:443'), 'https://assets.example.com')
    for (const host of ['', 'other.example.com', 'assets.example.com:80', 'assets.example.com.evil.test'])
      assert.equal(resolve(settings, host), undefined, host)
  })

  it('minds the port of a public URL', () => {
    const settings = { publicUrl: parsePublicUrl('http://localhost:8080') }
    assert.equal(resolve(settings, 'localhost:8080'), 'http://localhost:8080')
    assert.equal(resolve(settings, 'localhost'), undefined)
  })

  it('else takes the scheme of the first router and an allowed host', () => {
    const settings = { allowedHosts: ['A.example.com', 'b.example.com:8443'] }
    assert.equal(resolve(settings, 'a.example.com', 'https, http'), 'https://a.example.com')
    assert.equal(resolve(settings, 'a.example.com', 'HTTPS'), 'https://a.example.com')
    assert.equal(resolve(settings, 'a.example.com'), 'http://a.example.com')
    assert.equal(resolve(settings, 'a.example.com:81'), 'http://a.example.com:81')
    assert.equal(resolve(settings, 'b.example.com:8443', 'https'), 'https://b.example.com:8443')
    assert.equal(resolve(settings, 'b.example.com', 'https'), undefined)
    assert.equal(resolve(settings, 'c.example.com'), undefined)
  })

  it('takes any host but none where nothing is said', () => {
    assert.equal(resolve({}, 'any.example.com', 'gopher'), 'http://any.example.com')
    assert.equal(resolve({}, ''), undefined)
  })

  it('is https where clients speak TLS with this process, whatever anybody says', () => {
    for (const proto of [undefined, 'http', 'ftp'])
      assert.equal(resolve({ isTls: true }, 'a.example.com:443', proto), 'https://a.example.com')
  })

  it('serves the hosts of mounts, too, as origins of their own', () => {
    const mountHosts = ['docs.example.com']
    const publicUrl = parsePublicUrl('https://a.example.com:8443') ?? assert.fail()
    assert.equal(resolve({ publicUrl, mountHosts }, 'docs.example.com:8443'), 'https://docs.example.com:8443')
    assert.equal(resolve({ publicUrl, mountHosts }, 'a.example.com:8443'), 'https://a.example.com:8443')
    for (const host of ['docs.example.com', 'other.example.com:8443', 'docs.example.com:8444'])
      assert.equal(resolve({ publicUrl, mountHosts }, host), undefined, host)
    const listed = { allowedHosts: ['a.example.com'], mountHosts }
    assert.equal(resolve(listed, 'docs.example.com', 'https'), 'https://docs.example.com')
    assert.equal(resolve(listed, 'b.example.com', 'https'), undefined)
  })
})
