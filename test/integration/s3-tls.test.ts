import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createBucketClient, readAll } from '../helpers/clients/bucket-client.ts'
import { untilTrue } from '../helpers/eventually.ts'
import { localhostFiles, localhostTls } from '../helpers/network/localhost-tls.ts'
import { createRandom } from '../helpers/random.ts'
import { generatedBytes } from '../helpers/s3/stand-in/generated-body.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const run = promisify(execFile)

describe('objects in S3 over https', { timeout: 120_000 }, () => {
  let s3: S3StandIn
  before(async () => {
    s3 = await startS3StandIn({ tls: localhostTls })
    s3.put('key', { body: 'hello world' })
    s3.put('large', { body: { sizeBytes: 6_000_000, seed: 5 } })
  })
  after(() => s3.close())
  const at = (hostname: string) => ({ ...s3, endpoint: `https://${hostname}:${s3.port}/${s3.bucket}/` })

  it('refuses a certificate that nobody vouches for', async (t) => {
    await assert.rejects(createBucketClient(t, s3).open('key'), {
      code: 'S3_UNAVAILABLE',
      message: /self-signed certificate/,
    })
    assert.equal(s3.requestCount, 0)
  })

  it('trusts the authorities of NODE_EXTRA_CA_CERTS, for a name and for an address, and no other name', async () => {
    const script = `
      import { createBucketClient, readAll } from './test/helpers/clients/bucket-client.ts'
      const s3 = JSON.parse(process.env.BUCKET)
      for (const hostname of ['localhost', '127.0.0.1', 'localhost.localdomain', '127.0.0.2']) {
        const cleanUp = []
        const endpoint = s3.endpoint.replace('127.0.0.1', hostname)
        const bucket = createBucketClient({ after: (end) => cleanUp.push(end) }, { ...s3, endpoint }, { maxAttempts: 1 })
        const text = await bucket.get('key').then(({ body }) => readAll(body), (error) => error.code)
        console.log(hostname, String(text))
        for (const end of cleanUp) end()
      }`
    const { endpoint, region, accessKeyId, secretAccessKey } = s3
    const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: {
        ...process.env,
        NODE_EXTRA_CA_CERTS: localhostFiles.certFile,
        BUCKET: JSON.stringify({ endpoint, region, accessKeyId, secretAccessKey }),
      },
    })
    assert.deepEqual(stdout.trim().split('\n'), [
      'localhost hello world',
      '127.0.0.1 hello world',
      'localhost.localdomain S3_UNAVAILABLE',
      '127.0.0.2 S3_UNAVAILABLE',
    ])
  })

  describe('whose certificate is trusted', () => {
    const before_ = process.env.NODE_TLS_REJECT_UNAUTHORIZED
    before(() => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    })
    after(() => {
      if (before_ === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before_
    })

    it('heals cuts and stalls byte-exact', async (t) => {
      for (const how of ['reset', 'fin', 'stall'] as const) {
        const bucket = createBucketClient(t, at('localhost'), { stallTimeoutMs: 300 })
        s3.misbehave(({ ordinal }) => (ordinal <= 2 ? { cutAfterBytes: 1_234_567, how } : undefined))
        const { body, record } = await bucket.get('large')
        assert.equal((await readAll(body)).equals(generatedBytes(5, 0, 6_000_000)), true, how)
        // A reset may overtake the head. The attempt before the head is repeated then.
        assert.equal(bucket.retries.length, 2)
        assert.ok(record.healed <= 2)
        assert.equal(bucket.blocks.lentBytes, 0)
      }
      s3.misbehave(null)
    })

    it('uses a connection again that was paused to the very end of a body', async (t) => {
      const bucket = createBucketClient(t, s3, { stallTimeoutMs: 2000 })
      for (let sizeBytes = 400_000; sizeBytes <= 560_000; sizeBytes += 5000) {
        s3.put('edge', { body: { sizeBytes, seed: 2 } })
        const { body } = await bucket.get('edge')
        // The reader takes nothing until everything has arrived, or until the pause stops S3.
        await s3.requestsSettled()
        await sleep(10)
        assert.equal((await readAll((await bucket.get('key')).body)).toString(), 'hello world')
        assert.equal((await readAll(body)).equals(generatedBytes(2, 0, sizeBytes)), true)
      }
      assert.equal(bucket.retries.length, 0)
      assert.equal(bucket.blocks.lentBytes, 0)
    })

    it('passes any body on byte-exact, at any pace', async (t) => {
      const random = createRandom()
      const bucket = createBucketClient(t, at('localhost'))
      for (let round = 0; round < 200; round++) {
        const sizeBytes = 1 + random.below(random.pick([100, 100_000, 900_000]))
        s3.put('any', { body: { sizeBytes, seed: round } })
        const { body } = await bucket.get('any')
        const bytes = await readAll(body, () => (random.chance(0.3) ? sleep(random.below(3)) : undefined))
        assert.equal(bytes.equals(generatedBytes(round, 0, sizeBytes)), true, `seed ${random.seed}`)
      }
      assert.equal(bucket.blocks.lentBytes, 0)
    })

    it('holds little for a reader that takes nothing, and stops reading', async (t) => {
      s3.put('huge', { body: { sizeBytes: 1024 ** 3, seed: 1 } })
      const bucket = createBucketClient(t, s3, { readerPatienceMs: 200 })
      const { body } = await bucket.get('huge')
      await body.read()
      await untilTrue('the connection was given back', () => bucket.pool.usage.open === 0)
      assert.ok(bucket.blocks.lentBytes <= 512 * 1024)
      const next = await body.read()
      assert.ok(next !== null)
      body.cancel()
      assert.equal(bucket.blocks.lentBytes, 0)
    })
  })
})
