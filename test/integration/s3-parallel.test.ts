import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReadAhead } from '../../src/origin/read-ahead/read-ahead.ts'
import {
  type BucketAddress,
  type BucketClient,
  type BucketClientOptions,
  createBucketClient,
  hashBody,
} from '../helpers/clients/bucket-client.ts'
import { untilTrue } from '../helpers/eventually.ts'
import { startFaultProxy } from '../helpers/network/fault-proxy.ts'
import { createOwnReadAhead } from '../helpers/origin/read-ahead.ts'
import { generatedBytes, generatedSha256 } from '../helpers/s3/stand-in/generated-body.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const kib = 1024
const mib = 1024 * kib
const sizeBytes = 6 * mib + 12_345
const partBytes = 256 * kib
const windowBytes = 5 * partBytes

describe('bodies over several connections', { timeout: 120_000 }, () => {
  let s3: S3StandIn
  before(async () => {
    // S3 is slow enough for several connections to help on any machine, and quick enough for a test.
    s3 = await startS3StandIn({ bytesPerSecondPerConnection: 8 * mib, firstByteDelayMs: 2 })
    s3.put('film', { body: { sizeBytes, seed: 7 } })
  })
  after(() => s3.close())

  for (const range of [undefined, 'bytes=1000-5500000', 'bytes=700001-', 'bytes=-4000000']) {
    it(`hands on ${range ?? 'a whole object'} byte-exact`, async (t) => {
      const bucket = client(t, s3)
      s3.misbehave(null)
      const before = s3.requestCount
      const found = await bucket.get('film', range === undefined ? {} : { range })
      const [from, to] = { 'bytes=1000-5500000': [1000, 5_500_001], 'bytes=-4000000': [sizeBytes - 4e6] }[
        range ?? ''
      ] ?? [range === undefined ? 0 : 700_001]
      assert.equal(found.status, range === undefined ? 200 : 206)
      await readExactly(found.body, 7, from ?? 0, to ?? sizeBytes)
      assert.ok(found.record.parts > 0)
      // A busy machine may make one request more, because the parts seem to be no gain.
      assert.ok(s3.requestCount - before >= 1 + found.record.parts)
      for (const { headers, authenticated } of s3.requests.slice(1 - (s3.requestCount - before))) {
        assert.equal(authenticated, true)
        assert.match(String(headers.range), /^bytes=\d+-\d+$/)
        assert.match(String(headers['if-match']), /^"[0-9a-f]{32}"$/)
      }
      assertAllGivenBack(bucket)
    })
  }

  it('stays on one connection without a strong ETag', async (t) => {
    const bucket = client(t, s3)
    for (const lie of [{ noEtag: true }, { weakEtag: true }]) {
      s3.misbehave(lie)
      const { body, record } = await bucket.get('film')
      await readExactly(body, 7)
      assert.equal(record.parts, 0)
    }
  })

  it('stays on one connection where memory is spent', async (t) => {
    const bucket = client(t, s3)
    s3.misbehave(null)
    assert.ok(bucket.readAhead.memory.take(8 * mib))
    const { body, record } = await bucket.get('film')
    await readExactly(body, 7)
    assert.equal(record.parts, 0)
    bucket.readAhead.memory.give(8 * mib)
    assertAllGivenBack(bucket)
  })

  it('leaves half of the connections to others, and never waits for one', async (t) => {
    const bucket = client(t, s3, { maxConnections: 4 })
    s3.misbehave(null)
    const { body, record } = await bucket.get('film')
    let mostOpen = 0
    await readExactly(body, 7, 0, sizeBytes, () => {
      mostOpen = Math.max(mostOpen, bucket.pool.usage.open - bucket.pool.usage.idle)
    })
    assert.ok(record.parts > 0)
    assert.equal(mostOpen, 2)
    assertAllGivenBack(bucket)
  })

  it('shares the memory among downloads: all of them are whole, and none takes more than there is', async (t) => {
    const bucket = client(t, s3, {}, { memoryBytes: 6 * partBytes })
    s3.misbehave(null)
    let mostTaken = 0
    const parts = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const { body, record } = await bucket.get('film')
        await readExactly(body, 7, 0, sizeBytes, () => {
          mostTaken = Math.max(mostTaken, bucket.readAhead.memory.takenBytes)
        })
        return record.parts
      }),
    )
    assert.ok(parts.some((count) => count > 0))
    assert.ok(mostTaken > 0 && mostTaken <= 6 * partBytes)
    assertAllGivenBack(bucket)
  })

  it('heals a part, or any other request, that is cut anywhere', async (t) => {
    const random = seeded(11)
    for (const how of ['reset', 'fin', 'reset', 'fin', 'stall'] as const) {
      const bucket = client(t, s3, { stallTimeoutMs: 150, maxAttempts: 10 })
      s3.misbehave(() =>
        random() < 0.3 ? { cutAfterBytes: Math.floor(random() * partBytes), how } : undefined,
      )
      const { body, record } = await bucket.get('film')
      await readExactly(body, 7)
      assert.ok(record.parts > 0)
      assert.ok(record.healed > 0)
      assertAllGivenBack(bucket)
    }
  })

  it('goes on over one connection where S3 refuses the parts', async (t) => {
    const bucket = client(t, s3)
    s3.misbehave(({ ordinal }) => (ordinal > 1 && ordinal < 9 ? { error: 503, code: 'SlowDown' } : undefined))
    const { body } = await bucket.get('film')
    await readExactly(body, 7)
    assert.ok(bucket.retries.some(({ error }) => error.code === 'S3_SLOW_DOWN'))
    assertAllGivenBack(bucket)
  })

  it('never mixes an object that is replaced midway with its successor', async (t) => {
    const random = seeded(5)
    let cuts = 0
    const bucket = client(t, s3)
    await inTurns(60, 6, async (round) => {
      const key = `swap-${round}`
      s3.misbehave(null)
      s3.put(key, { body: { sizeBytes: 2 * mib, seed: 1 } })
      const { body } = await bucket.get(key)
      const swapAt = Math.floor(random() * 2 * mib)
      let at = 0
      try {
        for (let piece = await body.read(); piece !== null; piece = await body.read()) {
          assert.ok(
            Buffer.from(piece).equals(generatedBytes(1, at, piece.byteLength)),
            `mixed in round ${round}`,
          )
          at += piece.byteLength
          if (at >= swapAt) s3.put(key, { body: { sizeBytes: 2 * mib, seed: 2 } })
        }
        assert.equal(at, 2 * mib)
      } catch (error) {
        body.cancel()
        assert.equal((error as { code?: string }).code, 'OBJECT_REPLACED', String(error))
        assert.ok(at < 2 * mib)
        cuts++
      }
    })
    assert.ok(cuts > 10, `${cuts} cuts`)
    assertAllGivenBack(bucket)
  })

  it('delivers an object whole that is replaced or deleted midway in a bucket with versions', async (t) => {
    const versioned = await startS3StandIn({ bytesPerSecondPerConnection: 8 * mib, firstByteDelayMs: 2 })
    t.after(() => versioned.close())
    versioned.enableVersions()
    const random = seeded(6)
    let partsCount = 0
    const bucket = client(t, versioned)
    await inTurns(20, 5, async (round) => {
      const key = `swap-${round}`
      versioned.put(key, { body: { sizeBytes: 3 * mib, seed: 1 } })
      const { body, record } = await bucket.get(key)
      const swapAt = Math.floor(random() * 3 * mib)
      let isSwapped = false
      await readExactly(body, 1, 0, 3 * mib, (at) => {
        if (at < swapAt || isSwapped) return
        isSwapped = true
        if (round % 2 === 0) versioned.put(key, { body: { sizeBytes: 2 * mib, seed: 2 } })
        else versioned.delete(key)
      })
      partsCount += record.parts
    })
    assert.ok(partsCount > 20, `${partsCount} parts`)
    assert.deepEqual(bucket.retries, [])
    const named = versioned.requests.filter(({ rawTarget }) => rawTarget.includes('?versionId='))
    assert.ok(named.length >= partsCount)
    assert.ok(named.every(({ authenticated, headers }) => authenticated && headers['if-match'] !== undefined))
    assertAllGivenBack(bucket)
  })

  it('asks for no more parts by the name of the version than were under way when S3 refused that', async (t) => {
    const versioned = await startS3StandIn({ bytesPerSecondPerConnection: 8 * mib, firstByteDelayMs: 2 })
    t.after(() => versioned.close())
    versioned.enableVersions()
    versioned.put('film', { body: { sizeBytes, seed: 7 } })
    const bucket = client(t, versioned)
    versioned.misbehave(({ rawTarget }) =>
      rawTarget.includes('?') ? { error: 403, code: 'AccessDenied' } : undefined,
    )
    const { body, record } = await bucket.get('film')
    await readExactly(body, 7)
    assert.ok(record.parts > 8)
    const named = versioned.requests.filter(({ rawTarget }) => rawTarget.includes('?versionId='))
    assert.ok(named.length >= 1 && named.length <= 4, `${named.length} refused`)
    assertAllGivenBack(bucket)
  })

  for (const lie of [{ wrongEtag: true }, { wrongContentRange: true }, { contentLength: -1000 }]) {
    it(`never takes a part with ${Object.keys(lie)}`, async (t) => {
      const bucket = client(t, s3)
      s3.misbehave(({ headers }) => (headers['if-match'] === undefined ? undefined : lie))
      const { body } = await bucket.get('film')
      const code = 'wrongEtag' in lie ? 'OBJECT_REPLACED' : 'S3_BAD_ANSWER'
      await assert.rejects(readExactly(body, 7), { code })
      body.cancel()
      assertAllGivenBack(bucket)
    })
  }

  it('keeps what lies ahead of a slow reader small, and goes back to one connection', async (t) => {
    const bucket = client(t, s3)
    s3.misbehave(null)
    s3.put('long', { body: { sizeBytes: 24 * mib, seed: 3 } })
    const { body, record } = await bucket.get('long')
    const isLong = ({ key }: { key: string | undefined }) => key === 'long'
    let taken = 0
    let mostAhead = 0
    let mostConnections = 0
    for (let piece = await body.read(); piece !== null && taken < 8 * mib; piece = await body.read()) {
      assert.ok(Buffer.from(piece).equals(generatedBytes(3, taken, piece.byteLength)))
      taken += piece.byteLength
      if (taken < 2 * mib) continue
      // From here on the reader takes half of what one connection gives.
      await sleep((piece.byteLength / (4 * mib)) * 1000)
      const sent = s3.requests.filter(isLong).reduce((sum, { bodyBytesSent }) => sum + bodyBytesSent, 0)
      mostAhead = Math.max(mostAhead, sent - taken)
      if (taken > 6 * mib) mostConnections = Math.max(mostConnections, s3.requests.filter(isOpen).length)
    }
    // The buffers of the kernel on both sides hold some of the sent bytes.
    assert.ok(mostAhead < windowBytes + 6 * mib, `${mostAhead} bytes ahead`)
    assert.ok(record.parts > 0)
    assert.equal(bucket.readAhead.memory.takenBytes, 0)
    assert.equal(mostConnections, 1)
    body.cancel()
    assertAllGivenBack(bucket)
  })

  it('drops what lies ahead of a reader that stops, and goes on byte-exact when it does', async (t) => {
    const bucket = client(t, s3, { readerPatienceMs: 200 })
    s3.misbehave(null)
    const { body } = await bucket.get('film')
    let hasStopped = false
    await readExactly(body, 7, 0, sizeBytes, async (at) => {
      if (hasStopped || at < 3 * mib) return
      assert.ok(bucket.readAhead.memory.takenBytes > 0)
      hasStopped = true
      // Only the block that the reader holds is left.
      await untilTrue('memory is given back', () => bucket.readAhead.memory.takenBytes <= partBytes)
      await untilTrue('connections are given back', () => bucket.pool.usage.open === bucket.pool.usage.idle)
    })
    assert.equal(hasStopped, true)
    assertAllGivenBack(bucket)
  })

  it('cancels everything at once when the client leaves', async (t) => {
    for (const how of ['signal', 'cancel']) {
      const bucket = client(t, s3)
      const leaves = new AbortController()
      s3.misbehave(null)
      const { body } = await bucket.get('film', {}, leaves.signal)
      for (let taken = 0; taken < 2 * mib; ) taken += (await body.read())?.byteLength ?? sizeBytes
      assert.ok(bucket.readAhead.memory.takenBytes > 0)
      const reading = Promise.resolve(body.read()).catch(() => 'rejected')
      if (how === 'signal') leaves.abort()
      else body.cancel()
      assert.equal(bucket.readAhead.memory.takenBytes, 0)
      assert.equal(bucket.pool.usage.open, bucket.pool.usage.idle)
      await reading
      bucket.pool.close()
      await s3.connectionsBelow(1)
      assertAllGivenBack(bucket)
    }
  })

  it('is as exact through a network that breaks every connection again and again', async (t) => {
    const proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: s3.port } })
    t.after(() => proxy.close())
    const endpoint = s3.endpoint.replace(`:${s3.port}/`, `:${proxy.port}/`)
    const bucket = client(t, { ...s3, endpoint }, { maxAttempts: 10 })
    s3.misbehave(null)
    const { body, record } = await bucket.get('film')
    let next = mib
    await readExactly(body, 7, 0, sizeBytes, (at) => {
      if (at < next) return
      next += 1.2 * mib
      proxy.resetAll()
    })
    assert.ok(record.healed > 0)
    assertAllGivenBack(bucket)
  })

  it('is whole by its SHA-256 over eight connections', async (t) => {
    const bucket = client(t, s3, {}, { connections: 8 })
    s3.misbehave(null)
    const { body, record } = await bucket.get('film')
    assert.equal(await hashBody(body), generatedSha256(sizeBytes, 7))
    assert.ok(record.parts > 0)
    assertAllGivenBack(bucket)
  })

  function isOpen({ key, outcome }: { key: string | undefined; outcome: string }): boolean {
    return key === 'long' && outcome === 'open'
  }
})

type ParallelClient = BucketClient & { readAhead: ReadAhead }

function client(
  t: TestContext,
  s3: BucketAddress,
  options: BucketClientOptions = {},
  ahead: { connections?: number; memoryBytes?: number } = {},
): ParallelClient {
  let usage = () => ({ open: 0, idle: 0, waiting: 0 })
  const readAhead = createOwnReadAhead({
    ...{ connections: 4, thresholdBytes: mib, partBytes, memoryBytes: 8 * mib },
    ...{ maxConnections: options.maxConnections ?? 256, poolUsage: () => usage() },
    clockMs: () => performance.now(),
    watchLoad: () => () => 0,
    ...ahead,
  })
  const bucket = createBucketClient(t, s3, { ...options, readAhead })
  usage = () => bucket.pool.usage
  return { ...bucket, readAhead }
}

/** Reads a body to its end. Each piece must be right when it comes, and still right before the next one is read. */
async function readExactly(
  body: { read(): Uint8Array | null | Promise<Uint8Array | null> },
  seed: number,
  from = 0,
  to = sizeBytes,
  pace?: (at: number) => unknown,
): Promise<void> {
  let at = from
  for (let piece = await body.read(); piece !== null; piece = await body.read()) {
    const expected = generatedBytes(seed, at, piece.byteLength)
    assert.ok(expected.equals(piece), `wrong bytes at ${at}`)
    await pace?.(at)
    assert.ok(expected.equals(piece), `bytes at ${at} changed while the reader had them`)
    at += piece.byteLength
  }
  assert.equal(at, to)
}

function assertAllGivenBack({ readAhead, blocks, pool }: ParallelClient): void {
  assert.equal(readAhead.memory.takenBytes, 0)
  assert.equal(readAhead.blocks.lentBytes, 0)
  assert.equal(blocks.lentBytes, 0)
  assert.equal(pool.usage.open, pool.usage.idle)
}

async function inTurns(
  count: number,
  atATime: number,
  work: (round: number) => Promise<void>,
): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      while (next < count) await work(next++)
    }),
  )
}

/** A random number generator (xorshift32) with values in [0, 1). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
