import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { leastEnv, resolve, withoutEndpoint } from '../../../helpers/config/given.ts'

const root = { path: '/', bucket: 'root-bucket' }
const resolveMounts = (mounts: object, more: object = {}, env: Record<string, string> = withoutEndpoint) =>
  resolve({ env, content: { mounts, ...more } })
const problemsOf = (...given: Parameters<typeof resolveMounts>) =>
  resolveMounts(...given).problems.map(({ path, message }) => `${path} ${message}`)

describe('mounts', () => {
  it('need no bucket in s3, and have its region, its access key and its limits', () => {
    const s3 = { accessKeyId: 'a', secretAccessKey: 'b', stallTimeoutMs: 700 }
    const { config, problems } = resolveMounts({ docs: { path: '/docs/', bucket: 'docs-bucket/x' } }, { s3 })
    assert.deepEqual(problems, [])
    const { docs } = config?.mounts ?? {}
    assert.equal(docs?.endpoint.url, 'https://docs-bucket.s3.eu-west-2.amazonaws.com/x/')
    assert.deepEqual(
      [docs?.region, docs?.accessKeyId, docs?.secretAccessKey, docs?.stallTimeoutMs],
      ['eu-west-2', 'a', 'b', 700],
    )
    assert.equal(config?.s3.endpoint, undefined)
  })

  it('without which s3 has to name a bucket', () => {
    assert.match(problemsOf({}).join(), /^s3\.endpoint is required/)
    assert.deepEqual(problemsOf({}, {}, leastEnv), [])
  })

  it('inherit an access key as a whole or not at all', () => {
    const s3 = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' }
    const own = resolveMounts({ one: { ...root, accessKeyId: 'd', secretAccessKey: 'e' } }, { s3 })
    const { one } = own.config?.mounts ?? {}
    assert.deepEqual([one?.accessKeyId, one?.secretAccessKey, one?.sessionToken], ['d', 'e', undefined])
    assert.deepEqual(problemsOf({ one: { ...root, accessKeyId: 'd' } }, { s3 }), [
      'mounts.one.secretAccessKey is required when the other half of the access key is given: both or none',
    ])
    assert.match(
      problemsOf({ one: { ...root, sessionToken: 'd' } }, { s3 }).join(),
      /^mounts\.one\.accessKeyId/,
    )
  })

  it('inherit a bucket with its store or not at all', () => {
    const endpointOf = (mount: object, s3: object) => {
      const { config, problems } = resolveMounts({ one: { path: '/', ...mount } }, { s3 })
      return config?.mounts.one?.endpoint.url ?? problems.map(({ path }) => path).join()
    }
    const url = 'https://minio.example.com/bbb/p/'
    assert.equal(endpointOf({}, { endpoint: url }), url)
    assert.equal(endpointOf({ bucket: 'own' }, { endpoint: url }), 'https://own.s3.eu-west-2.amazonaws.com/')
    const byName = { endpointUrl: 'https://minio.example.com', bucket: 'bbb', keyPrefix: 'p' }
    assert.equal(endpointOf({}, byName), url)
    assert.equal(endpointOf({ bucket: 'own' }, byName), 'https://minio.example.com/own/')
    assert.equal(endpointOf({ keyPrefix: 'q' }, byName), 'https://minio.example.com/bbb/q/')
    assert.equal(endpointOf({ endpoint: 'https://h.example.com/c/' }, byName), 'https://h.example.com/c/')
    assert.equal(endpointOf({ endpointUrl: 'https://h.example.com' }, byName), 'mounts.one.endpoint')
    assert.equal(endpointOf({ keyPrefix: 'q' }, { endpoint: url }), 'mounts.one.keyPrefix')
  })

  it('are refused in one place, with both names', () => {
    assert.deepEqual(problemsOf({ one: root, two: root }), [
      'mounts.two.path is where mounts.one is: two mounts need two paths or two hosts',
    ])
    assert.deepEqual(problemsOf({ one: { ...root, host: 'A.example.com' }, two: root }), [])
    assert.deepEqual(
      problemsOf({ one: { ...root, host: 'A.example.com' }, two: { ...root, host: 'a.example.com' } }),
      ['mounts.two.path is where mounts.one is: two mounts need two paths or two hosts'],
    )
  })

  it('are refused where nobody reaches them, with both names', () => {
    const mounts = { one: { ...root, host: 'a.example.com' }, two: { ...root, path: '/b/' } }
    const server = { publicUrl: 'https://a.example.com' }
    assert.deepEqual(problemsOf(mounts, { server }), [
      'mounts.two.path is never reached: mounts.two has no host, and at every host that is served mounts.one goes before it',
    ])
    assert.deepEqual(problemsOf(mounts, { server: { publicUrl: 'https://b.example.com' } }), [])
    assert.deepEqual(problemsOf(mounts), [])
  })

  it('are refused where pages of s3proxy are', () => {
    for (const path of ['/__s3proxy/', '/__s3proxy/a/', '/__redirect_from_sso/'])
      assert.match(problemsOf({ one: { ...root, path } }).join(), /^mounts\.one\.path is at \/__/, path)
    const path = '/.well-known/'
    assert.deepEqual(problemsOf({ one: { ...root, path } }), [])
    const bearer = { accept: 'identity' }
    assert.match(
      problemsOf({ one: { ...root, path } }, { bearer }).join(),
      /mounts\.one\.path is at \/\.well-known\//,
    )
    assert.deepEqual(problemsOf({ one: { ...root, path: '/a/__s3proxy/' } }), [])
  })

  it('are refused with a path or host of another form', () => {
    for (const path of ['', 'a/', '/a', '/../', '/a/./', '/a\0/'])
      assert.match(problemsOf({ one: { ...root, path } }).join(), /^mounts\.one\.path expected a path/, path)
    for (const host of ['a.example.com:80', 'https://a', 'a/b', ''])
      assert.match(problemsOf({ one: { ...root, host } }).join(), /^mounts\.one\.host expected/, host)
    assert.match(problemsOf({ one: { bucket: 'a-bucket' } }).join(), /^mounts\.one\.path is required/)
    const { warnings } = resolveMounts({ one: { ...root, path: '/a%20b/' } })
    assert.ok(warnings.some((warning) => warning.startsWith('mounts.one.path is compared')))
  })

  it('at one S3 agree on the options of its connections', () => {
    const mounts = { one: { ...root, maxConnections: 3 }, two: { ...root, path: '/b/' } }
    assert.match(problemsOf({ ...mounts, two: { ...mounts.two, bucket: 'b-bucket' } }).join(), /^$/)
    const s3 = { endpointUrl: 'https://minio.example.com' }
    assert.deepEqual(problemsOf(mounts, { s3 }), [
      'mounts.two.maxConnections is another value than mounts.one.maxConnections: both are at minio.example.com, and share their connections',
    ])
  })

  it('need one at every host for the health check', () => {
    const s3 = { healthcheckKey: 'docs/health' }
    assert.deepEqual(problemsOf({ docs: { ...root, path: '/docs/' } }, { s3 }), [])
    for (const docs of [
      { ...root, path: '/doc/' },
      { ...root, host: 'a.example.com' },
    ])
      assert.match(problemsOf({ docs }, { s3 }).join(), /^s3\.healthcheckKey is in no mount/)
  })
})
