import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { resolveConfig } from '../../src/config/resolve.ts'
import type { ObjectKey } from '../../src/object/key.ts'
import type { ObjectSource } from '../../src/object/object-source.ts'
import { createCredentialSource } from '../../src/s3/credentials.ts'
import { RequestRecord } from '../../src/telemetry/request-record.ts'
import { type BucketConfig, configuredMounts } from '../../src/wiring/bucket-config.ts'
import { createBucketSource } from '../../src/wiring/create-bucket-source.ts'
import { createS3Memory, type S3Memory } from '../../src/wiring/create-s3-memory.ts'
import { createSharedOrigin, type SharedOrigin } from '../../src/wiring/create-shared-origin.ts'
import { readAll } from '../helpers/clients/bucket-client.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const kib = 1024
const mib = 1024 * kib

describe('two buckets at one origin', { timeout: 120_000 }, () => {
  it('have no more connections together than one', async (t) => {
    const { s3, origin, buckets } = await start(t, { S3PROXY_S3_MAX_CONNECTIONS: '4' })
    for (const { prefix } of buckets) s3.put(`${prefix}page`, { body: `page of ${prefix}` })
    s3.misbehave({ headDelayMs: 30 })
    const pages = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const { source } = buckets[index % 2] as Mounted
        const page = (await read(source, 'page')).toString()
        assert.ok(s3.openConnections <= 4 && origin.pool.usage.open <= 4)
        return page
      }),
    )
    assert.deepEqual([...new Set(pages)], ['page of one/', 'page of two/'])
    assert.equal(s3.openConnections, 4)
    assert.deepEqual(origin.pool.usage, { open: 4, idle: 4, waiting: 0 })
  })

  it('read ahead within the memory and the connections of one', async (t) => {
    const limitBytes = mib
    const { s3, origin, buckets } = await start(
      t,
      {
        S3PROXY_S3_MAX_CONNECTIONS: '8',
        S3PROXY_S3_PARALLEL_THRESHOLD_BYTES: '65536',
        S3PROXY_S3_PARALLEL_PART_BYTES: String(256 * kib),
        S3PROXY_S3_PARALLEL_MEMORY_BYTES: String(limitBytes),
      },
      // S3 is slow enough for several connections to help.
      { bytesPerSecondPerConnection: mib },
    )
    for (const { prefix } of buckets) s3.put(`${prefix}film`, { body: Buffer.alloc(3 * mib, prefix) })
    const { budget } = origin.partMemory
    let mostBytes = 0
    const films = await Promise.all(
      buckets.map(({ source }) =>
        read(source, 'film', () => {
          mostBytes = Math.max(mostBytes, budget.takenBytes)
          assert.ok(origin.pool.usage.open <= 8 && s3.openConnections <= 8)
        }),
      ),
    )
    for (const [index, { prefix }] of buckets.entries())
      assert.ok(films[index]?.equals(Buffer.alloc(3 * mib, prefix)))
    assert.ok(mostBytes > 0 && mostBytes <= limitBytes, `${mostBytes} bytes`)
    assert.equal(budget.takenBytes, 0)
  })

  it('read into the blocks that all buckets of the process share', async (t) => {
    const { s3, memory, buckets } = await start(t, { S3PROXY_S3_PARALLEL_CONNECTIONS: '1' })
    for (const { prefix } of buckets) s3.put(`${prefix}film`, { body: Buffer.alloc(3 * mib, prefix) })
    let mostBytes = 0
    const note = () => {
      mostBytes = Math.max(mostBytes, memory.blocks.lentBytes)
    }
    await Promise.all(buckets.map(({ source }) => read(source, 'film', note)))
    assert.ok(mostBytes > 0)
    assert.equal(memory.blocks.lentBytes, 0)
  })

  it('have one budget of attempts when everything fails', async (t) => {
    const { s3, buckets } = await start(t, { S3PROXY_S3_MAX_ATTEMPTS: '20' })
    s3.misbehave({ error: 500 })
    await Promise.allSettled(
      Array.from({ length: 60 }, (_, index) => read((buckets[index % 2] as Mounted).source, 'page')),
    )
    // The retry budget allows ten further attempts for both buckets together.
    assert.equal(s3.requestCount, 70)
  })
})

interface Mounted {
  prefix: string
  source: ObjectSource
}

async function start(
  t: TestContext,
  env: Record<string, string>,
  options: Parameters<typeof startS3StandIn>[0] = {},
): Promise<{ s3: S3StandIn; memory: S3Memory; origin: SharedOrigin; buckets: Mounted[] }> {
  const s3 = await startS3StandIn(options)
  t.after(() => s3.close())
  const own = ['one/', 'two/'].map((prefix) => ({ prefix, s3: configOf(s3, prefix, env) }))
  const [first] = own
  assert.ok(first)
  const memory = createS3Memory(first.s3)
  const origin = createSharedOrigin(first.s3, memory)
  t.after(() => origin.pool.close())
  const bucketOptions = { userAgent: 's3proxy/test', log: silent, countRetry() {} }
  const buckets = own.map(({ prefix, s3 }) => ({
    prefix,
    source: createBucketSource(s3, origin, { ...bucketOptions, credentials: createCredentialSource(s3) }),
  }))
  return { s3, memory, origin, buckets }
}

function configOf(s3: S3StandIn, prefix: string, env: Record<string, string>): BucketConfig {
  const { config, problems } = resolveConfig(
    {
      flags: new Map(),
      env: {
        ...{ AWS_S3_REGION: s3.region, AWS_S3_ENDPOINT: s3.endpoint + prefix, ...env },
        ...{ AWS_ACCESS_KEY_ID: s3.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey },
      },
      dotenv: {},
      file: undefined,
      readSecretFile: () => '',
      readFile: () => '',
    },
    ['s3', 'mounts'],
  )
  assert.ok(config, JSON.stringify(problems))
  const [mount] = configuredMounts(config)
  assert.ok(mount)
  return mount.bucket
}

async function read(source: ObjectSource, key: string, pace?: () => void): Promise<Buffer> {
  const signal = new AbortController().signal
  const request = { method: 'GET' as const, key: key as ObjectKey, conditions: {}, signal }
  const result = await source.open(request, new RequestRecord())
  assert.ok(result.kind === 'found')
  return readAll(result.body, pace)
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }
