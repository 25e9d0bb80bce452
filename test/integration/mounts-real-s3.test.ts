import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findGoProgram } from '../helpers/machine/find-go-program.ts'
import { startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { minioCommand } from '../helpers/s3/minio.ts'
import { startRealS3 } from '../helpers/s3/real-s3.ts'
import { versitygwCommand } from '../helpers/s3/versitygw.ts'

const [versitygw, minio] = [findGoProgram('versitygw'), findGoProgram('minio')]
const isMissing = versitygw === undefined || minio === undefined

describe('mounts at versitygw and MinIO', { timeout: 60_000, skip: isMissing && 'not installed' }, () => {
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
      access: { rules: [{ name: 'open', allow: ['/**'], to: { anonymous: true } }] },
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
