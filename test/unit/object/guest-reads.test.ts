import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ByteSource } from '../../../src/http/byte-source.ts'
import { createGuestReads } from '../../../src/object/guest-reads.ts'
import type { ObjectKey } from '../../../src/object/key.ts'
import type { ObjectResult } from '../../../src/object/object-source.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'

const request = {
  method: 'GET' as const,
  key: 'a' as ObjectKey,
  conditions: {},
  signal: new AbortController().signal,
}

/** Gives bodies whose next piece is made by `read`. */
function start(maxBodies: number, read: ByteSource['read'] = () => null) {
  let cancelled = 0
  const answer = { result: undefined as ObjectResult | Error | undefined }
  const reads = createGuestReads(maxBodies)({
    async open() {
      if (answer.result instanceof Error) throw answer.result
      const body = { read, cancel: () => void cancelled++ }
      return answer.result ?? { kind: 'found', status: 200, headers: [], sizeBytes: 1, body }
    },
  })
  async function open(): Promise<ByteSource> {
    const result = await reads.open(request, new RequestRecord())
    assert.equal(result.kind, 'found')
    return result.kind === 'found' ? result.body : assert.fail()
  }
  return { open, reads, answer, cancelled: () => cancelled }
}

describe('createGuestReads', () => {
  it('refuses a body beyond the limit, until another one is over', async () => {
    for (const end of [
      async (body: ByteSource) => body.cancel(),
      async (body: ByteSource) => assert.equal(await body.read(), null),
    ])
      for (const read of [() => null, async () => null]) {
        const { open } = start(2, read)
        const first = await open()
        await open()
        await assert.rejects(open(), { code: 'S3_BUSY' })
        await end(first)
        await open()
        await assert.rejects(open(), { code: 'S3_BUSY' })
      }
  })

  it('counts a body once, however often it ends', async () => {
    const { open, cancelled } = start(1)
    const body = await open()
    assert.equal(body.read(), null)
    body.cancel()
    body.cancel()
    assert.equal(cancelled(), 2)
    await open()
    await assert.rejects(open(), { code: 'S3_BUSY' })
  })

  it('counts neither a body that broke off nor an answer without one', async () => {
    const { open, reads, answer } = start(1, () => Promise.reject(new Error('broken')))
    await assert.rejects(async () => (await open()).read(), /broken/)
    answer.result = { kind: 'not-found' }
    for (let count = 0; count < 3; count++)
      assert.equal((await reads.open(request, new RequestRecord())).kind, 'not-found')
    answer.result = new Error('away')
    for (let count = 0; count < 3; count++) await assert.rejects(open(), /away/)
    answer.result = undefined
    await open()
  })

  it('passes pieces on as they are', async () => {
    const piece = Buffer.from('a')
    assert.equal(await (await start(1, () => piece).open()).read(), piece)
    assert.equal(await (await start(1, async () => piece).open()).read(), piece)
  })
})
