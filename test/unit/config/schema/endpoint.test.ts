import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inStyle, parseEndpoint } from '../../../../src/config/schema/endpoint.ts'
import type { BucketStyle } from '../../../../src/s3/bucket-endpoint.ts'
import { uriEncodePath } from '../../../../src/s3/uri-encode.ts'

/** The path before each key in a request. */
const pathOf = (url: string) => {
  const endpoint = parseEndpoint(url)
  return endpoint && endpoint.bucketPath + uriEncodePath(endpoint.keyPrefix)
}

describe('parseEndpoint', () => {
  const documented: [form: string, url: string, host: string, bucketPath: string, keyPrefix: string][] = [
    [
      'path style',
      'https://s3.eu-west-2.amazonaws.com/my-bucket/',
      's3.eu-west-2.amazonaws.com',
      '/my-bucket/',
      '',
    ],
    [
      'path style with prefix',
      'https://s3.eu-west-2.amazonaws.com/my-bucket/my/folder/',
      's3.eu-west-2.amazonaws.com',
      '/my-bucket/',
      'my/folder/',
    ],
    [
      'domain style',
      'https://my-bucket.s3.eu-west-2.amazonaws.com/',
      'my-bucket.s3.eu-west-2.amazonaws.com',
      '/',
      '',
    ],
    [
      'domain style with prefix',
      'https://my-bucket.s3.eu-west-2.amazonaws.com/my/folder/',
      'my-bucket.s3.eu-west-2.amazonaws.com',
      '/',
      'my/folder/',
    ],
  ]
  for (const [form, url, host, bucketPath, keyPrefix] of documented) {
    it(`reads ${form}`, () => {
      const origin = { isSecure: true, hostname: host, port: 443, host }
      assert.deepEqual(parseEndpoint(url), { origin, bucketPath, keyPrefix, url })
    })

    it(`adds the slash that is missing behind ${form}`, () => {
      assert.equal(pathOf(url.replace(/\/$/, '')), bucketPath + keyPrefix)
    })
  }

  it('keeps a port that is not the own one of the scheme, in the host header too', () => {
    const endpoint = parseEndpoint('http://127.0.0.1:9000/b/')
    assert.equal(endpoint?.bucketPath, '/b/')
    assert.deepEqual(endpoint.origin, {
      isSecure: false,
      hostname: '127.0.0.1',
      port: 9000,
      host: '127.0.0.1:9000',
    })
    assert.equal(parseEndpoint('https://s3.example.com:443/b')?.origin.host, 's3.example.com')
  })

  it('leaves out the dot that ends a host name, which no certificate has', () => {
    for (const [url, host] of [
      ['https://s3.example.com./b/', 's3.example.com'],
      ['https://s3.example.com.:9000/b', 's3.example.com:9000'],
      ['https://minio./b/', 'minio'],
    ] as const) {
      const endpoint = parseEndpoint(url)
      assert.deepEqual([endpoint?.origin.host, endpoint?.origin.hostname], [host, host.split(':')[0]])
      assert.equal(endpoint?.bucketPath, '/b/')
    }
  })

  it('reads an address of IPv6', () => {
    const endpoint = parseEndpoint('http://[::1]:9000/b/')
    assert.equal(endpoint?.origin.hostname, '::1')
    assert.equal(endpoint?.origin.host, '[::1]:9000')
  })

  it('keeps slashes that stand together, and brings the rest into the spelling that is signed', () => {
    assert.equal(pathOf('https://h/b//a//'), '/b//a//')
    assert.equal(pathOf('https://h//a/'), '//a/')
    assert.equal(pathOf('https://h/b/a+b (1)é%20%7e/'.replace(' ', '%20')), '/b/a%2Bb%20%281%29%C3%A9%20~/')
  })

  for (const url of [
    '',
    'my-bucket',
    'ftp://h/b/',
    'https://user:secret@h/b/',
    'https://h/b/?query',
    'https://h/b/#part',
    'https://h/b/../c/',
    'https://h/b/%2e%2e/c/',
    'https://h/b/./',
    'https://h/b/%2Fc/',
    'https://h/b/%5C/',
    'https://h/b/%00/',
    'https://h/b/%zz/',
    'https://h/b/%ff/',
    'https://h:99999/b/',
    'https:///b/',
  ]) {
    it(`refuses ${JSON.stringify(url)}`, () => {
      assert.equal(parseEndpoint(url), undefined)
    })
  }
})

describe('inStyle', () => {
  const split = (url: string, style?: BucketStyle) => {
    const endpoint = parseEndpoint(url)
    assert.ok(endpoint)
    const { bucketPath, keyPrefix } = style === undefined ? endpoint : inStyle(endpoint, style)
    return [bucketPath, keyPrefix]
  }

  it('reads the first segment as part of the key prefix where the host names the bucket', () => {
    assert.deepEqual(split('https://files.example.com/a%20b/c/'), ['/a%20b/', 'c/'])
    assert.deepEqual(split('https://files.example.com/a%20b/c/', 'virtual'), ['/', 'a b/c/'])
    assert.deepEqual(split('https://files.example.com/', 'virtual'), ['/', ''])
  })

  it('reads the first segment as the bucket where the path names it', () => {
    assert.deepEqual(split('https://files.example.com/b//c/', 'path'), ['/b/', '/c/'])
    assert.deepEqual(split('https://files.example.com//c/', 'path'), ['/', '/c/'])
  })
})
