import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createAccess } from '../../src/access/create-access.ts'
import { S3ProxyError } from '../../src/errors.ts'
import { createLimits } from '../../src/limits/limits.ts'
import type { ObjectResult } from '../../src/object/object-source.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { rulesOf } from '../helpers/access/rules.ts'
import { createStageInMemory, found } from '../helpers/stage/stage-in-memory.ts'

const streamsPerPerson = 1

describe('a request of somebody with limits', { timeout: 20_000 }, () => {
  it('gets 429 where a download too many runs for two seconds: a page for people, a line for tools', async () => {
    const { ask, cookie } = await start()
    await ask('/a', { cookie })
    const tool = ask('/b', { cookie })
    const page = await ask('/b', { cookie, accept: 'text/html' })
    for (const { status, code, header, record } of [await tool, page]) {
      assert.deepEqual([status, code, header('retry-after')], [429, 'STREAMS_TOO_MANY', '5'])
      assert.equal(header('cache-control'), 'no-store')
      assert.ok(Number(record.limitMs) >= 1900)
      assert.equal(record.s3Ms, undefined)
    }
    assert.match(String(page.body), /You have 1 download running, and no more may run at once\./)
    assert.match(String((await tool).body), /^429 Too many downloads at once\. You have 1 download running/)
  })

  it('waits, and is answered as soon as the download before is over', async () => {
    const { ask, cookie, steps } = await start()
    const before = await ask('/a', { cookie })
    const next = ask('/b', { cookie, range: 'bytes=1-' })
    while (!steps.includes('s3 HEAD b')) await setImmediate()
    assert.ok(!steps.includes('s3 GET b'), 'it holds no connection to S3')
    before.record.place?.release()
    assert.equal((await next).status, 200)
  })

  it('never waits and never counts without a body: HEAD, 304, 412 and 416', async () => {
    const stage = await start()
    const { ask, cookie, limits } = stage
    for (const isFull of [false, true]) {
      if (isFull) {
        stage.s3(found('text/plain', 'hello'))
        await ask('/film', { cookie })
      }
      for (const [status, result, headers] of [
        [304, { kind: 'not-modified', headers: [] }, { 'if-none-match': '"e"' }],
        [
          304,
          { kind: 'not-modified', headers: [] },
          { 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
        ],
        [412, { kind: 'precondition-failed' }, { 'if-match': '"x"' }],
        [412, { kind: 'precondition-failed' }, { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }],
        [416, { kind: 'range-not-satisfiable', sizeBytes: 5 }, { range: 'bytes=9-' }],
        [404, { kind: 'not-found' }, { range: 'bytes=9-' }],
      ] as const) {
        stage.s3(result as ObjectResult)
        const answers = await Promise.all(
          Array.from({ length: 100 }, () => ask('/a', { cookie, ...headers })),
        )
        assert.ok(answers.every((answer) => answer.status === status))
        const { record } = await ask('/a', { cookie, ...headers })
        assert.ok((record.limitMs ?? 0) < 1000, `${status}`)
        assert.equal(limits.runningOf('jo'), Number(isFull), `${status}`)
      }
      stage.s3(found('text/plain', 'hello'))
      for (let count = 0; count < 100; count++)
        assert.equal((await ask('/a', { cookie }, 'HEAD')).status, 200)
    }
    assert.deepEqual(limits.usage, { waiting: 0, refusals: { late: 0, crowd: 0 } })
  })

  it('gives its place back where there is no object, and where S3 fails', async () => {
    const stage = await start()
    const { ask, cookie, limits } = stage
    for (const [status, result] of [
      [404, { kind: 'not-found' }],
      [403, { kind: 'denied' }],
      [502, new S3ProxyError('S3_UNAVAILABLE', 'away')],
      [500, new Error('a bug')],
      [400, found('text/plain', 'hello')],
    ] as const) {
      stage.s3(result as ObjectResult | Error)
      const headers = status === 400 ? { 'if-match': 'ä' } : {}
      assert.equal((await ask('/a', { cookie, ...headers })).status, status)
      assert.equal(limits.runningOf('jo'), 0, `${status}`)
    }
  })

  it('is not limited for other people, for who is not signed in, and for the health check', async () => {
    const open = rulesOf({ allow: ['/**'], to: [{ everyone: true }, { anonymous: true }] })
    const { ask, cookie } = await start({ access: createAccess({ rules: open }) })
    await ask('/a', { cookie })
    for (let count = 0; count < 5; count++) {
      assert.equal((await ask('/a')).status, 200)
      assert.equal((await ask('/health', { cookie })).status, 200)
      assert.equal((await ask('/__s3proxy/me', { cookie })).status, 200)
    }
  })
})

async function start(changes: Parameters<typeof createStageInMemory>[0] = {}) {
  const limits = createLimits({
    settings: { streamsPerPerson, bytesPerSecondPerPerson: undefined, workers: 1 },
    ...{ deployment: 'd', holder: 'one', store: createMemoryStore(performance.now.bind(performance)) },
    now: () => performance.now(),
    onAway: assert.fail,
    onBack: assert.fail,
  })
  const stage = createStageInMemory({ limits, ...changes })
  return { ...stage, limits, cookie: await stage.signIn() }
}
