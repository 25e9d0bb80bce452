import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { createCredentialSource } from '../../src/s3/credentials.ts'
import { createBucketClient, readAll } from '../helpers/clients/bucket-client.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

describe('a shared credentials file', { timeout: 60_000 }, () => {
  let folder: string
  let file: string
  const kept = { ...process.env }
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 's3proxy-credentials-'))
    file = join(folder, 'credentials')
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
    Object.assign(process.env, {
      ...{ AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: join(folder, 'config') },
      ...{ AWS_PROFILE: 'assets', AWS_EC2_METADATA_DISABLED: 'true' },
    })
  })
  after(() => {
    rmSync(folder, { recursive: true })
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
    Object.assign(process.env, kept)
  })

  /** Writes the file in one step, as programs that renew credentials do. */
  function write({ accessKeyId, secretAccessKey, sessionToken }: Partial<S3StandIn>): void {
    const token = sessionToken === undefined ? '' : `aws_session_token = ${sessionToken}\n`
    const keys = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`
    writeFileSync(`${file}.new`, `[default]\n[assets]\n${keys}${token}`)
    renameSync(`${file}.new`, file)
  }

  /** Replaces S3 at the same address by one that accepts other keys. */
  async function replaceKeys(t: TestContext, old: S3StandIn, keys: Partial<S3StandIn>): Promise<S3StandIn> {
    await old.close()
    const next = await startS3StandIn({ port: old.port, ...keys })
    t.after(() => next.close())
    next.put('key', { body: 'hello' })
    return next
  }

  for (const [what, before, later] of [
    ['other keys', { accessKeyId: 'AKIA1' }, { accessKeyId: 'AKIA2' }],
    ['another secret', { secretAccessKey: 'one' }, { secretAccessKey: 'two' }],
    ['another token', { sessionToken: 'one' }, { sessionToken: 'two' }],
  ] as const) {
    it(`is read again when S3 refuses what it had, and it has ${what} by then`, async (t) => {
      const s3 = await startS3StandIn(before)
      t.after(() => s3.close())
      s3.put('key', { body: 'hello' })
      write(s3)
      const credentials = createCredentialSource({ region: s3.region })
      const bucket = createBucketClient(t, s3, { credentials })
      assert.equal((await readAll((await bucket.get('key')).body)).toString(), 'hello')
      const next = await replaceKeys(t, s3, later)
      write(next)
      for (const method of ['GET', 'HEAD'] as const) {
        const result = await bucket.open('key', { method })
        assert.ok(result.kind === 'found')
        result.body.cancel()
      }
      assert.ok(next.requests.at(-1)?.authenticated)
    })
  }

  it('is read again by another source in the same process, as a reload makes one', async () => {
    write({ accessKeyId: 'AKIA1', secretAccessKey: 'one' })
    const first = createCredentialSource({ region: 'eu-west-2' })
    assert.equal((await first.get()).accessKeyId, 'AKIA1')
    write({ accessKeyId: 'AKIA2', secretAccessKey: 'two' })
    assert.equal((await createCredentialSource({ region: 'eu-west-2' }).get()).accessKeyId, 'AKIA2')
  })

  it('is read again after a while although S3 takes what it had', async () => {
    write({ accessKeyId: 'AKIA1', secretAccessKey: 'one' })
    let now = 0
    const source = createCredentialSource({ region: 'eu-west-2' }, undefined, () => now)
    assert.equal((await source.get()).accessKeyId, 'AKIA1')
    write({ accessKeyId: 'AKIA2', secretAccessKey: 'two' })
    assert.equal((await source.get()).accessKeyId, 'AKIA1')
    now = 120_000
    // The first call only starts the reading, and returns the old keys.
    for (let looks = 0; (await source.get()).accessKeyId !== 'AKIA2'; looks++) {
      assert.ok(looks < 10_000)
      await new Promise(setImmediate)
    }
  })
})
