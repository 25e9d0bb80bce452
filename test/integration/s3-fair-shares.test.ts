import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createBucketClient, readAll } from '../helpers/clients/bucket-client.ts'
import { openRaw } from '../helpers/clients/raw-http.ts'
import { eventually } from '../helpers/eventually.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const mib = 1024 * 1024

describe('connections to S3 are shared fairly', { timeout: 120_000 }, () => {
  it('between people: 400 slow downloads of one keep nobody else waiting', async (t) => {
    const s3 = await startS3StandIn()
    t.after(() => s3.close())
    s3.put('film', { body: { sizeBytes: 20 * mib, seed: 1 } })
    s3.put('page', { body: 'hello' })
    // S3 sends nothing after the first kilobyte of a film.
    s3.misbehave(({ key }) => (key === 'film' ? { cutAfterBytes: 1000, how: 'stall' } : undefined))
    const bucket = createBucketClient(t, s3, { stallTimeoutMs: 60_000 })
    for (const [sharer, count] of [
      ['greedy', 400],
      ['another', 100],
      ['third', 60],
    ] as const)
      for (let opened = 0; opened < count; opened++)
        void bucket
          .open('film', { sharer })
          .then((result) => (result.kind === 'found' ? readAll(result.body) : undefined))
          .catch(() => {})
    await eventually(async () => bucket.pool.usage.open >= 200, Boolean)
    assert.ok(bucket.pool.usage.waiting > 300)
    for (const sharer of ['jo', 'kim', 'sam']) {
      const startedAtMs = performance.now()
      for (const method of ['GET', 'HEAD'] as const) {
        const result = await bucket.open('page', { sharer, method })
        assert.ok(result.kind === 'found' && (method === 'HEAD' || (await readAll(result.body)).length === 5))
      }
      assert.ok(performance.now() - startedAtMs < 20_000)
    }
    bucket.pool.close()
  })

  it('between who is signed in and who is not: 500 sockets on the health check starve nobody', async (t) => {
    const stage = await startStageInProcess(t)
    stage.s3.put('health', { body: 'fine' })
    const jo = stage.browser()
    await jo.follow(`${stage.origin}/page.html`)
    stage.s3.misbehave({ headDelayMs: 100 })
    const port = Number(new URL(stage.origin).port)
    const sockets = await Promise.all(Array.from({ length: 500 }, () => openRaw(port)))
    let answers = 0
    let isOver = false
    for (const [index, { socket }] of sockets.entries()) {
      // Half of the requests ask for ranges, whose answers cannot be shared.
      const range = index % 2 === 0 ? '' : `range: bytes=0-${index % 4}\r\n`
      const ask = () => socket.write(`GET /health HTTP/1.1\r\nhost: h\r\n${range}\r\n`)
      socket.on('error', () => {})
      socket.on('data', () => {
        answers++
        if (!isOver) ask()
      })
      ask()
    }
    await eventually(async () => answers > 500, Boolean)
    for (let round = 0; round < 5; round++) {
      const startedAtMs = performance.now()
      const { status, text } = await jo.request(`${stage.origin}/page.html`)
      assert.deepEqual([status, text], [200, '<h1>page</h1>'])
      assert.ok(performance.now() - startedAtMs < 20_000)
    }
    const busy = stage.s3.requests.filter(({ key, outcome }) => key === 'health' && outcome === 'open').length
    assert.ok(busy <= 17, `${busy} requests for the health check at once`)
    isOver = true
    for (const { socket } of sockets) socket.destroy()
  })

  it('so that the health check is answered however much people ask for', async (t) => {
    const stage = await startStageInProcess(t, { env: { S3PROXY_S3_MAX_CONNECTIONS: '4' } })
    stage.s3.put('health', { body: 'fine' })
    stage.s3.put('film', { body: { sizeBytes: 200 * mib, seed: 1 } })
    const jo = stage.browser()
    await jo.follow(`${stage.origin}/page.html`)
    stage.s3.misbehave(({ key }) => (key === 'film' ? { cutAfterBytes: 1000, how: 'stall' } : undefined))
    const leaving = new AbortController()
    const films = Array.from({ length: 20 }, () =>
      jo.request(`${stage.origin}/film`, { signal: leaving.signal }).catch(() => {}),
    )
    await eventually(
      async () => stage.s3.requests.some(({ bodyBytesSent }) => bodyBytesSent === 1000),
      Boolean,
    )
    const { status, text } = await stage.browser().request(`${stage.origin}/health`)
    assert.deepEqual([status, text], [200, 'fine'])
    leaving.abort()
    await Promise.all(films)
  })
})
