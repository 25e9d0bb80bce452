import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createHttpClient } from '../helpers/clients/http-client.ts'
import { findGoProgram } from '../helpers/machine/find-go-program.ts'
import { startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { minioCommand } from '../helpers/s3/minio.ts'
import { startRealS3 } from '../helpers/s3/real-s3.ts'
import { versitygwCommand } from '../helpers/s3/versitygw.ts'

/** Anybody may read, so that these tests are about mounts alone. */
const access = { rules: [{ name: 'open', allow: ['/**'], to: { anonymous: true } }] }

/** Keys, each with ways to write it in a path. */
const keys: Readonly<Record<string, readonly string[]>> = {
  'a b': ['a%20b'],
  'ü/ñ': ['%C3%BC/%C3%B1', '%C3%BC%2F%C3%B1'],
  'a%2Fb': ['a%252Fb'],
  'semi;colon=1&2': ['semi;colon=1&2', 'semi%3Bcolon%3D1%262'],
  "it's(1)!*~": ["it's(1)!*~", '%69t%27s%281%29%21%2A%7E'],
  'two/a b': ['two/a%20b'],
}

const [versitygw, minio] = [findGoProgram('versitygw'), findGoProgram('minio')]

for (const [name, program, command] of [
  ['versitygw', versitygw, versitygwCommand],
  ['MinIO', minio, minioCommand],
] as const)
  describe(`two buckets at one ${name}`, {
    timeout: 60_000,
    skip: program === undefined && 'not installed',
  }, () => {
    it('are at paths and hosts of their own in one process, with keys byte for byte', async (t) => {
      assert.ok(program !== undefined)
      const s3 = await startRealS3(program, command)
      t.after(() => s3.close())
      const other = await s3.addBucket('other-bucket')
      for (const key of Object.keys(keys)) {
        await s3.put(`deep/er/${key}`, `first ${key}`)
        await other.put(key, `other ${key}`)
      }
      const mounts = {
        first: { path: '/one ü/', endpoint: `${s3.endpoint}deep/er/` },
        other: { path: '/', endpoint: other.endpoint },
        byHost: { path: '/', host: 'first.test', endpoint: `${s3.endpoint}deep/er/` },
        below: { path: '/two/', host: 'first.test', endpoint: other.endpoint },
      }
      const proxy = await startProxyInProcess({ s3 }, { AWS_S3_HEALTHCHECK_KEY: '' }, { access, mounts })
      const client = createHttpClient()
      t.after(() => {
        client.close()
        return proxy.close()
      })
      const ask = async (path: string, host: string) => {
        const { status, text } = await client.request(proxy.origin + path, { headers: { host } })
        return status === 200 ? text : status
      }
      for (const [key, written] of Object.entries(keys))
        for (const path of written) {
          assert.equal(await ask(`/one%20%C3%BC/${path}`, 'any.test'), `first ${key}`, path)
          assert.equal(await ask(`/one%20%C3%BC%2F${path}`, 'any.test'), `first ${key}`, path)
          assert.equal(await ask(`/${path}`, 'any.test'), `other ${key}`, path)
          // The longest path at this host takes the key that begins like it.
          const atHost = path.startsWith('two/') ? 'other a b' : `first ${key}`
          assert.equal(await ask(`/${path}`, 'First.test:8080'), atHost, path)
        }
      assert.equal(await ask('/one%20%C3%BC/deep/er/a%20b', 'any.test'), 404)
      assert.equal(await ask('/one%2520%C3%BC/a%20b', 'any.test'), 404)
      const { checks } = await proxy.app.readiness.check()
      for (const mount of Object.keys(mounts)) assert.equal(checks[`s3.${mount}`], 'ok', mount)
    })
  })

describe('mounts at versitygw and MinIO', {
  timeout: 60_000,
  skip: (versitygw === undefined || minio === undefined) && 'not installed',
}, () => {
  it('give the objects of both', async (t) => {
    assert.ok(versitygw !== undefined && minio !== undefined)
    const one = await startRealS3(versitygw, versitygwCommand)
    t.after(() => one.close())
    const two = await startRealS3(minio, minioCommand)
    t.after(() => two.close())
    await one.put('prefix/a b', 'of versitygw')
    await two.put('a b', 'of MinIO')
    const { endpoint, region, accessKeyId, secretAccessKey } = two
    const content = {
      access,
      mounts: {
        one: { path: '/one/', endpoint: `${one.endpoint}prefix/` },
        two: { path: '/', endpoint, region, accessKeyId, secretAccessKey },
      },
    }
    const proxy = await startProxyInProcess({ s3: one }, { AWS_S3_HEALTHCHECK_KEY: '' }, content)
    t.after(() => proxy.close())
    for (const [path, body] of [
      ['/one/a%20b', 'of versitygw'],
      ['/a%20b', 'of MinIO'],
    ] as const) {
      const answer = await fetch(proxy.origin + path)
      assert.equal(await answer.text(), body, path)
    }
    const { checks } = await proxy.app.readiness.check()
    assert.deepEqual([checks['s3.one'], checks['s3.two']], ['ok', 'ok'])
  })
})
