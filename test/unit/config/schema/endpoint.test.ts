import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { endpointOfBucket, parseEndpoint } from '../../../../src/config/schema/endpoint.ts'

describe('parseEndpoint', () => {
  const documented: [form: string, url: string, host: string, basePath: string][] = [
    [
      'path style',
      'https://s3.eu-west-2.amazonaws.com/my-bucket/',
      's3.eu-west-2.amazonaws.com',
      '/my-bucket/',
    ],
    [
      'path style with prefix',
      'https://s3.eu-west-2.amazonaws.com/my-bucket/my/folder/',
      's3.eu-west-2.amazonaws.com',
      '/my-bucket/my/folder/',
    ],
    [
      'domain style',
      'https://my-bucket.s3.eu-west-2.amazonaws.com/',
      'my-bucket.s3.eu-west-2.amazonaws.com',
      '/',
    ],
    [
      'domain style with prefix',
      'https://my-bucket.s3.eu-west-2.amazonaws.com/my/folder/',
      'my-bucket.s3.eu-west-2.amazonaws.com',
      '/my/folder/',
    ],
  ]
  for (const [form, url, host, basePath] of documented) {
    it(`reads ${form}`, () => {
      assert.deepEqual(parseEndpoint(url), { isSecure: true, hostname: host, port: 443, host, basePath })
    })

    it(`adds the slash that is missing behind ${form}`, () => {
      assert.equal(parseEndpoint(url.replace(/\/$/, ''))?.basePath, basePath)
    })
  }

  it('keeps a port that is not the own one of the scheme, in the host header too', () => {
    const endpoint = parseEndpoint('http://127.0.0.1:9000/b/')
    assert.deepEqual(endpoint, {
      isSecure: false,
      hostname: '127.0.0.1',
      port: 9000,
      host: '127.0.0.1:9000',
      basePath: '/b/',
    })
    assert.equal(parseEndpoint('https://s3.example.com:443/b')?.host, 's3.example.com')
  })

  it('leaves out the dot that ends a host name, which no certificate has', () => {
    for (const [url, host] of [
      ['https://s3.example.com./b/', 's3.example.com'],
      ['https://s3.example.com.:9000/b', 's3.example.com:9000'],
      ['https://minio./b/', 'minio'],
    ] as const) {
      const endpoint = parseEndpoint(url)
      assert.deepEqual([endpoint?.host, endpoint?.hostname], [host, host.split(':')[0]])
      assert.equal(endpoint?.basePath, '/b/')
    }
  })

  it('reads an address of IPv6', () => {
    const endpoint = parseEndpoint('http://[::1]:9000/b/')
    assert.equal(endpoint?.hostname, '::1')
    assert.equal(endpoint?.host, '[::1]:9000')
  })

  it('keeps slashes that stand together, and brings the rest into the spelling that is signed', () => {
    assert.equal(parseEndpoint('https://h/b//a//')?.basePath, '/b//a//')
    assert.equal(
      parseEndpoint('https://h/b/a+b (1)é%20%7e/'.replace(' ', '%20'))?.basePath,
      '/b/a%2Bb%20%281%29%C3%A9%20~/',
    )
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

describe('endpointOfBucket', () => {
  const region = 'eu-west-2'

  it('is domain style on AWS', () => {
    assert.equal(
      endpointOfBucket({ region, bucket: 'my-bucket' }),
      'https://my-bucket.s3.eu-west-2.amazonaws.com/',
    )
  })

  it('is path style where a dot in the name would break TLS', () => {
    assert.equal(
      endpointOfBucket({ region, bucket: 'my.bucket' }),
      'https://s3.eu-west-2.amazonaws.com/my.bucket/',
    )
  })

  it('knows the domain of the regions in China', () => {
    assert.equal(
      endpointOfBucket({ region: 'cn-north-1', bucket: 'my-bucket' }),
      'https://my-bucket.s3.cn-north-1.amazonaws.com.cn/',
    )
  })

  it('is path style below the root URL of another S3', () => {
    const endpointUrl = 'http://minio:9000'
    assert.equal(endpointOfBucket({ region, bucket: 'b1b', endpointUrl }), 'http://minio:9000/b1b/')
    assert.equal(
      endpointOfBucket({ region, bucket: 'b1b', endpointUrl: `${endpointUrl}/` }),
      'http://minio:9000/b1b/',
    )
    assert.equal(
      endpointOfBucket({ region, bucket: 'b1b', endpointUrl: `${endpointUrl}/below//` }),
      'http://minio:9000/below/b1b/',
    )
  })

  it('ends in the key prefix, encoded, with its slash', () => {
    assert.equal(
      endpointOfBucket({ region, bucket: 'my-bucket', keyPrefix: 'a b/c' }),
      'https://my-bucket.s3.eu-west-2.amazonaws.com/a%20b/c/',
    )
    for (const keyPrefix of ['b', 'b/', '/b', '/b/', '//b//'])
      assert.match(endpointOfBucket({ region, bucket: 'my-bucket', keyPrefix }), /\.com\/b\/$/, keyPrefix)
    assert.match(endpointOfBucket({ region, bucket: 'my-bucket', keyPrefix: '/a//b/' }), /\.com\/a\/\/b\/$/)
    for (const keyPrefix of ['', '/', '//'])
      assert.match(endpointOfBucket({ region, bucket: 'my-bucket', keyPrefix }), /\.com\/$/)
  })
})
