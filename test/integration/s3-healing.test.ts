import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ByteSource } from '../../src/http/byte-source.ts'
import { createBucketClient, hashBody, readAll } from '../helpers/clients/bucket-client.ts'
import { headerIn } from '../helpers/clients/header-in.ts'
import { untilTrue } from '../helpers/eventually.ts'
import { type FaultProxy, startFaultProxy } from '../helpers/network/fault-proxy.ts'
import { generatedBytes, generatedSha256 } from '../helpers/s3/stand-in/generated-body.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const mib = 1024 * 1024
const sizeBytes = 5 * mib + 321

describe('healing of bodies from S3', { timeout: 120_000 }, () => {
  let s3: S3StandIn
  before(async () => {
    s3 = await startS3StandIn()
    s3.put('film', { body: { sizeBytes, seed: 7 } })
  })
  after(() => s3.close())

  for (const how of ['reset', 'fin', 'stall'] as const) {
    for (const range of [undefined, 'bytes=1000-4000000']) {
      it(`continues ${range ?? 'a whole object'} after ${how} in its middle, byte-exact`, async (t) => {
        const bucket = createBucketClient(t, s3)
        s3.misbehave(({ ordinal }) => (ordinal <= 2 ? { cutAfterBytes: 1_300_001, how } : undefined))
        // Time passes only while the reader waits, so that no other load on the machine looks like a stall.
        t.mock.timers.enable({ apis: ['setTimeout'] })
        const found = await bucket.get('film', range === undefined ? {} : { range })
        const from = range === undefined ? 0 : 1000
        const size = range === undefined ? sizeBytes : 3_999_001
        const body = await readAll(whileTimePasses(found.body, () => t.mock.timers.tick(1)))
        assert.equal(body.equals(generatedBytes(7, from, size)), true)
        assert.equal(found.sizeBytes, size)
        assert.equal(found.record.healed, 2)
        assert.equal(bucket.blocks.lentBytes, 0)
        const [, second] = s3.requests.slice(-3)
        assert.match(String(second?.headers.range), new RegExp(`^bytes=\\d+-${from + size - 1}$`))
        assert.equal(second?.headers['if-match'], headerIn(found.headers, 'etag'))
        assert.equal(
          s3.requests.every((request) => request.authenticated),
          true,
        )
      })
    }
  }

  it('counts attempts anew once 1 MiB has arrived, so that a body outlives any number of cuts', async (t) => {
    const bucket = createBucketClient(t, s3, { maxAttempts: 1 })
    s3.misbehave({ cutAfterBytes: mib + 4096, how: 'fin' })
    const { body, record } = await bucket.get('film')
    assert.equal(await hashBody(body), generatedSha256(sizeBytes, 7))
    assert.equal(record.healed, 4)
  })

  it('waits longer and longer when less than that arrives between the cuts, and gives up at s3.deadlineMs', async (t) => {
    let nowMs = 0
    const bucket = createBucketClient(t, s3, { maxAttempts: 1, deadlineMs: 4000, now: () => nowMs })
    s3.misbehave({ cutAfterBytes: 100_000, how: 'fin' })
    await s3.requestsSettled()
    t.mock.timers.enable({ apis: ['setTimeout'] })
    // Time passes only while nothing is asked of S3: in the waits.
    const timePasses = () => {
      if (s3.requests.at(-1)?.outcome === 'open') return
      nowMs++
      t.mock.timers.tick(1)
    }
    const found = await bucket.get('film')
    const body = whileTimePasses(found.body, timePasses)
    let at = 0
    await assert.rejects(
      async () => {
        for (;;) {
          const piece = await body.read()
          assert.ok(piece !== null, 'a short body must not end cleanly')
          assert.equal(Buffer.from(piece).equals(generatedBytes(7, at, piece.byteLength)), true)
          at += piece.byteLength
        }
      },
      { code: 'S3_TIMEOUT', message: /s3\.deadlineMs.*in the middle of a body/ },
    )
    // Attempts come after 0, 50, 150, 350, 760, 1570, 2580 and 3590 ms. They use the whole deadline, and no more.
    assert.ok(at >= 800_000 && at <= 900_000, `${at} bytes`)
    assert.ok(nowMs >= 3998 && nowMs < 4200, `${nowMs} ms`)
    assert.equal(at % 100_000, 0)
    body.cancel()
    assert.equal(bucket.blocks.lentBytes, 0)
  })

  it('never mixes an object that was replaced midway with its successor', async (t) => {
    const bucket = createBucketClient(t, s3)
    for (let round = 0; round < 50; round++) {
      s3.put('swap', { body: { sizeBytes: 600_000, seed: 1 } })
      s3.misbehave(({ ordinal }) =>
        ordinal === 1
          ? { cutAfterBytes: round * 11_000, how: round % 2 === 0 ? 'reset' : 'fin' }
          : { replaceObject: { sizeBytes: 600_000, seed: 2 } },
      )
      const { body } = await bucket.get('swap')
      await assert.rejects(readAll(body), { code: 'OBJECT_REPLACED', message: /replaced/ })
      body.cancel()
    }
    assert.equal(bucket.blocks.lentBytes, 0)
  })

  for (const [what, wrong] of Object.entries({
    weak: { weakEtag: true },
    missing: { noEtag: true },
  })) {
    it(`does not continue an object whose ETag is ${what}`, async (t) => {
      const bucket = createBucketClient(t, s3)
      s3.misbehave({ ...wrong, cutAfterBytes: 300_000 })
      const count = s3.requestCount
      const { body } = await bucket.get('film')
      await assert.rejects(readAll(body), { code: 'S3_UNAVAILABLE' })
      assert.equal(s3.requestCount - count, 1)
    })
  }

  for (const [what, wrong] of Object.entries({
    'another first byte': { wrongContentRange: true },
    'a longer body': { contentLength: 100 },
    'a shorter body': { contentLength: -100 },
    'another ETag': { wrongEtag: true },
    'a weak ETag': { weakEtag: true },
    'no ETag': { noEtag: true },
    'a refusal': { error: 403, code: 'AccessDenied' },
    'a redirect': { redirect: 307 as const },
    'a page of a load balancer': { htmlError: 502 },
  })) {
    it(`never splices a continuation with ${what}`, async (t) => {
      const bucket = createBucketClient(t, s3, { deadlineMs: 300 })
      s3.misbehave(({ ordinal }) => (ordinal === 1 ? { cutAfterBytes: 300_000, how: 'fin' } : wrong))
      const { body } = await bucket.get('film')
      let bytes = 0
      await assert.rejects(
        async () => {
          for (;;)
            bytes += (await body.read())?.byteLength ?? assert.fail('a short body must not end cleanly')
        },
        (error: { code?: string }) =>
          /^(S3_BAD_ANSWER|S3_TIMEOUT|OBJECT_REPLACED|OBJECT_DENIED)$/.test(error.code ?? ''),
      )
      assert.equal(bytes, 300_000)
    })
  }

  it('continues with a rest whose length only its range tells', async (t) => {
    const bucket = createBucketClient(t, s3)
    s3.misbehave(({ ordinal }) =>
      ordinal === 1 ? { cutAfterBytes: 300_000, how: 'fin' } : { chunkedBody: true },
    )
    const { body, record } = await bucket.get('film')
    assert.equal((await readAll(body)).equals(generatedBytes(7, 0, sizeBytes)), true)
    assert.equal(record.healed, 1)
  })

  it('ends a body after s3.deadlineMs without a byte, over all attempts', async (t) => {
    const bucket = createBucketClient(t, s3, { stallTimeoutMs: 100, deadlineMs: 250, maxAttempts: 20 })
    s3.misbehave(({ ordinal }) =>
      ordinal === 1 ? { cutAfterBytes: 200_000, how: 'stall' } : { stallBeforeHead: true },
    )
    const { body } = await bucket.get('film')
    await assert.rejects(readAll(body), { code: 'S3_TIMEOUT', message: /s3\.deadlineMs/ })
  })

  it('ends a body whose continuation sends a head and nothing more, at the same deadline', async (t) => {
    const { client } = createBucketClient(t, s3, { stallTimeoutMs: 60_000 })
    let heads = 0
    const counting: typeof client = {
      ...client,
      async send(...asked) {
        const response = await client.send(...asked)
        heads++
        return response
      },
    }
    let nowMs = 0
    const bucket = createBucketClient(t, s3, { client: counting, now: () => nowMs, deadlineMs: 2000 })
    s3.misbehave(({ ordinal }) =>
      ordinal === 1 ? { cutAfterBytes: 200_000 } : { cutAfterBytes: 0, how: 'stall' },
    )
    const { body } = await bucket.get('film')
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const timePasses = () => {
      if (heads < 2) return
      nowMs++
      t.mock.timers.tick(1)
    }
    await assert.rejects(readAll(whileTimePasses(body, timePasses)), { code: 'S3_TIMEOUT' })
    assert.equal(heads, 2)
    assert.ok(nowMs >= 1998 && nowMs < 2100, `${nowMs} ms`)
  })

  it('asks for a rest that makes no sense no more than s3.maxAttempts times', async (t) => {
    const bucket = createBucketClient(t, s3, { maxAttempts: 2 })
    s3.misbehave(({ ordinal }) =>
      ordinal === 1 ? { cutAfterBytes: 300_000 } : { rawHead: 'no HTTP\r\n\r\n' },
    )
    const count = s3.requestCount
    const { body } = await bucket.get('film')
    await assert.rejects(readAll(body), { code: 'S3_BAD_ANSWER' })
    assert.equal(s3.requestCount - count, 1 + 1 + 2)
  })

  it('asks no sooner than S3 wants it, also where it is asked for what a reader that paused goes on with', async (t) => {
    const bucket = createBucketClient(t, s3, { readerPatienceMs: 100 })
    s3.misbehave(({ ordinal }) =>
      ordinal === 2 ? { error: 503, code: 'SlowDown', extraHeaders: { 'retry-after': '1' } } : undefined,
    )
    const { body } = await bucket.get('film')
    await body.read()
    await s3.connectionsBelow(1)
    await readAll(body)
    const [refused, asked] = s3.requests.slice(-2)
    assert.equal(refused?.status, 503)
    assert.ok((asked?.at ?? 0) - refused.at >= 990)
  })

  it('is cut at once where S3 wants to be left alone for longer than the reader would wait', async (t) => {
    const bucket = createBucketClient(t, s3)
    s3.misbehave(({ ordinal }) =>
      ordinal === 1
        ? { cutAfterBytes: 100_000 }
        : { error: 503, code: 'SlowDown', extraHeaders: { 'retry-after': '60' } },
    )
    const count = s3.requestCount
    const { body } = await bucket.get('film')
    await assert.rejects(readAll(body), { code: 'S3_SLOW_DOWN' })
    assert.equal(s3.requestCount - count, 2)
  })

  it('calls neither a failure nor a retry what a reader that paused for long costs', async (t) => {
    const bucket = createBucketClient(t, s3, { readerPatienceMs: 100 })
    s3.misbehave(null)
    const { body, record } = await bucket.get('film')
    await body.read()
    await s3.connectionsBelow(1)
    await readAll(body)
    assert.deepEqual(bucket.retries, [])
    assert.equal(record.healed, 0)
  })

  it('closes the S3 connection at once when the client leaves, also while it waits for S3', async (t) => {
    const bucket = createBucketClient(t, s3)
    for (const wrong of [{ cutAfterBytes: 100_000, how: 'stall' as const }, {}]) {
      s3.misbehave(wrong)
      const leaving = new AbortController()
      const { body } = await bucket.get('film', {}, leaving.signal)
      if (wrong.how === undefined) await body.read()
      const waiting = wrong.how === undefined ? undefined : assert.rejects(readAll(body))
      await untilTrue('a connection is in use', () => bucket.pool.usage.open === 1)
      leaving.abort()
      await s3.connectionsBelow(1)
      await waiting
      assert.equal(bucket.blocks.lentBytes, 0)
    }
  })

  it('closes it too when the client leaves between two attempts', async (t) => {
    const bucket = createBucketClient(t, s3)
    s3.misbehave(({ ordinal }) => (ordinal === 1 ? { cutAfterBytes: 100_000 } : { stallBeforeHead: true }))
    const leaving = new AbortController()
    const { body } = await bucket.get('film', {}, leaving.signal)
    const count = s3.requestCount
    const ended = assert.rejects(readAll(body))
    await s3.requestsReach(count + 1)
    leaving.abort()
    await ended
    await s3.connectionsBelow(1)
    assert.equal(bucket.pool.usage.open, 0)
    assert.equal(bucket.blocks.lentBytes, 0)
  })

  it('takes the S3 connection from a reader that takes nothing, and continues when it goes on', async (t) => {
    const bucket = createBucketClient(t, s3, { readerPatienceMs: 100 })
    s3.misbehave(null)
    const { body, record } = await bucket.get('film')
    const first = Buffer.from((await body.read()) as Uint8Array)
    await s3.connectionsBelow(1)
    assert.equal(bucket.pool.usage.open, 0)
    const rest = await readAll(body)
    assert.equal(Buffer.concat([first, rest]).equals(generatedBytes(7, 0, sizeBytes)), true)
    assert.equal(record.healed, 0)
    assert.equal(bucket.blocks.lentBytes, 0)
  })

  it('takes it much sooner where a request waits for a connection', async (t) => {
    const bucket = createBucketClient(t, s3, {
      readerPatienceMs: 60_000,
      maxConnections: 2,
      deadlineMs: 60_000,
    })
    s3.misbehave(null)
    const stalled = await Promise.all([bucket.get('film'), bucket.get('film')])
    const firsts: Buffer[] = []
    for (const { body } of stalled) firsts.push(Buffer.from((await body.read()) as Uint8Array))
    // The patience with readers alone would let it in after a minute.
    const startedAt = performance.now()
    const { body } = await bucket.get('film')
    assert.ok(performance.now() - startedAt < 30_000)
    assert.equal(await hashBody(body), generatedSha256(sizeBytes, 7))
    for (const [index, other] of stalled.entries()) {
      const whole = Buffer.concat([firsts[index] as Buffer, await readAll(other.body)])
      assert.equal(whole.equals(generatedBytes(7, 0, sizeBytes)), true)
    }
  })

  it('gives a slow reader small pieces, so that it is seen to take something', async (t) => {
    const bucket = createBucketClient(t, s3, { readerPatienceMs: 500 })
    const count = s3.requestCount
    const { body } = await bucket.get('film', { range: 'bytes=0-2000000' })
    const pieces: Buffer[] = []
    for (let piece = await body.read(); piece !== null; piece = await body.read()) {
      pieces.push(Buffer.from(piece))
      await sleep(60)
    }
    assert.equal(Buffer.concat(pieces).equals(generatedBytes(7, 0, 2_000_001)), true)
    assert.ok(pieces.slice(1).every((piece) => piece.length <= 64 * 1024))
    assert.equal(s3.requestCount - count, 1)
  })

  it('does not take a slow reader for a stalled S3', async (t) => {
    const bucket = createBucketClient(t, s3, { stallTimeoutMs: 50 })
    const count = s3.requestCount
    const { body, record } = await bucket.get('film')
    const all = await readAll(body, () => sleep(120))
    assert.equal(all.length, sizeBytes)
    assert.equal(s3.requestCount - count, 1)
    assert.equal(record.healed, 0)
  })

  it('holds no more than a piece or two for a reader that takes nothing', async (t) => {
    const bucket = createBucketClient(t, s3)
    s3.put('huge', { body: { sizeBytes: 1024 * mib, seed: 3 } })
    const bodies = await Promise.all(Array.from({ length: 40 }, () => bucket.get('huge')))
    for (const { body } of bodies) await body.read()
    await untilTrue('reading has stopped', () => bucket.pool.usage.open === 40)
    assert.ok(bucket.blocks.lentBytes <= 40 * mib, `${bucket.blocks.lentBytes} bytes are lent`)
    for (const { body } of bodies) body.cancel()
    assert.equal(bucket.blocks.lentBytes, 0)
    await s3.connectionsBelow(1)
  })

  describe('through a network that breaks', () => {
    let proxy: FaultProxy
    before(async () => {
      proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: s3.port } })
    })
    after(() => proxy.close())
    const through = () => ({ ...s3, endpoint: `http://127.0.0.1:${proxy.port}/${s3.bucket}/` })

    it('heals resets in the middle of several bodies at once', async (t) => {
      s3.misbehave(null)
      const bucket = createBucketClient(t, through())
      const found = await Promise.all(Array.from({ length: 8 }, () => bucket.get('film')))
      let resets = 0
      const sums = await Promise.all(
        found.map(({ body }, index) => {
          let pieces = 0
          return readAll(body, async () => {
            if (index === 0 && ++pieces % 4 === 0 && resets < 4) {
              resets++
              proxy.resetAll()
            }
            await sleep(5)
          })
        }),
      )
      assert.ok(resets > 0)
      const expected = generatedBytes(7, 0, sizeBytes)
      assert.equal(
        sums.every((body) => body.equals(expected)),
        true,
      )
      assert.ok(found.some(({ record }) => record.healed > 0))
      await untilTrue('all blocks are back', () => bucket.blocks.lentBytes === 0)
    })

    for (const awayMs of [400, 3000])
      it(`heals three bodies when S3 refuses connections for ${awayMs} ms, as often as that takes`, async (t) => {
        s3.misbehave(null)
        const bucket = createBucketClient(t, through(), { maxAttempts: 1, random: Math.random })
        const found = await Promise.all([1, 2, 3].map(() => bucket.get('film')))
        const firsts: Buffer[] = []
        for (const { body } of found) firsts.push(Buffer.from((await body.read()) as Uint8Array))
        await proxy.set({ refuse: 'down' })
        proxy.resetAll()
        const rests = found.map(({ body }) => readAll(body))
        await sleep(awayMs)
        await proxy.clear()
        for (const [index, rest] of rests.entries()) {
          const whole = Buffer.concat([firsts[index] as Buffer, await rest])
          assert.equal(whole.equals(generatedBytes(7, 0, sizeBytes)), true)
        }
        // The waits grow: 100, 200, 400 ms and so on, at least half of each.
        const most = 3 * (2 + Math.log2(awayMs / 50 + 1))
        assert.ok(bucket.retries.length <= most, `${bucket.retries.length} attempts`)
      })

    it('heals when S3 cannot even be connected to for a while', async (t) => {
      const bucket = createBucketClient(t, through(), { random: () => 0.9, maxAttempts: 10 })
      const { body } = await bucket.get('film')
      const first = Buffer.from((await body.read()) as Uint8Array)
      await proxy.set({ refuse: 'down' })
      proxy.resetAll()
      const rest = readAll(body)
      await untilTrue('it was refused', () => bucket.retries.length >= 2)
      await proxy.clear()
      assert.equal(Buffer.concat([first, await rest]).equals(generatedBytes(7, 0, sizeBytes)), true)
    })
  })
})

/** Wraps a body so that a tick passes in each turn of the event loop in which its reader waits. */
function whileTimePasses(body: ByteSource, tick: () => void): ByteSource {
  return {
    async read() {
      let isWaiting = true
      const piece = Promise.resolve(body.read()).finally(() => {
        isWaiting = false
      })
      piece.catch(() => {})
      while (isWaiting) {
        tick()
        await new Promise(setImmediate)
      }
      return piece
    },
    cancel: () => body.cancel(),
  }
}
