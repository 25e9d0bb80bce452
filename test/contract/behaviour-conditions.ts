import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { describe } from 'node:test'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { Suite } from './suite.ts'

type Condition = 'if-match' | 'if-none-match' | 'if-modified-since' | 'if-unmodified-since'

/** The value of a condition; `before` and `after` are the day before and the day after Last-Modified. */
type Setting = 'right' | 'wrong' | '*' | 'before' | 'same' | 'after'

const matrix: [conditions: Partial<Record<Condition, Setting>>, status: number][] = [
  [{ 'if-match': 'right' }, 200],
  [{ 'if-match': 'wrong' }, 412],
  [{ 'if-match': '*' }, 200],
  [{ 'if-none-match': 'right' }, 304],
  [{ 'if-none-match': 'wrong' }, 200],
  [{ 'if-none-match': '*' }, 304],
  [{ 'if-modified-since': 'before' }, 200],
  [{ 'if-modified-since': 'same' }, 304],
  [{ 'if-unmodified-since': 'before' }, 412],
  [{ 'if-unmodified-since': 'same' }, 200],
  [{ 'if-unmodified-since': 'after' }, 200],
  // The reference of GetObject describes the next two.
  [{ 'if-match': 'right', 'if-unmodified-since': 'before' }, 200],
  [{ 'if-none-match': 'right', 'if-modified-since': 'before' }, 304],
  // RFC 9110 section 13.2.2 gives the order for the rest.
  [{ 'if-match': 'wrong', 'if-unmodified-since': 'after' }, 412],
  [{ 'if-none-match': 'wrong', 'if-modified-since': 'same' }, 200],
  [{ 'if-match': 'right', 'if-none-match': 'right' }, 304],
  [{ 'if-match': 'wrong', 'if-none-match': 'wrong' }, 412],
]

export function describeConditions({ behaves, client, send, server }: Suite): void {
  const getIf = async (
    conditions: Partial<Record<Condition, Setting>>,
    extra: Record<string, string> = {},
  ) => {
    await server().put('conditional.txt', 'conditional', { cacheControl: 'max-age=60' })
    const { headers } = await send({ method: 'HEAD', rawKey: 'conditional.txt' })
    const values = Object.entries(conditions).map(([name, setting]) => [name, toValue(setting, headers)])
    return await send({ rawKey: 'conditional.txt', headers: { ...Object.fromEntries(values), ...extra } })
  }

  describe('preconditions', () => {
    for (const [conditions, status] of matrix) {
      const words = Object.entries(conditions).map(([name, setting]) => `${name} ${setting}`)
      behaves(`${words.join(' and ')} is ${status}`, async () => {
        assert.equal((await getIf(conditions)).status, status)
      })
    }

    behaves('a 304 has the ETag, the Last-Modified and no body', async () => {
      const answer = await getIf({ 'if-none-match': 'right' })
      assert.equal(answer.status, 304)
      assert.match(answer.headers.etag ?? '', /^"[0-9a-f]{32}"$/)
      assert.ok(answer.headers['last-modified'] !== undefined)
      assert.equal(answer.body.length, 0)
    })

    behaves('a 412 is PreconditionFailed', async () => {
      const answer = await getIf({ 'if-match': 'wrong' })
      assert.match(answer.body.toString(), /<Code>PreconditionFailed<\/Code>/)
    })

    behaves('the 412 names the condition', async () => {
      const answer = await getIf({ 'if-match': 'wrong' })
      assert.match(answer.body.toString(), /<Condition>If-Match<\/Condition>/)
    })

    behaves('a failed condition comes before an unsatisfiable range', async () => {
      assert.equal((await getIf({ 'if-match': 'wrong' }, { range: 'bytes=999-' })).status, 412)
      assert.equal((await getIf({ 'if-none-match': 'right' }, { range: 'bytes=999-' })).status, 304)
    })

    behaves('a range with the right If-Match is 206', async () => {
      const answer = await getIf({ 'if-match': 'right' }, { range: 'bytes=3-5' })
      assert.equal(answer.status, 206)
      assert.equal(answer.body.toString(), 'dit')
    })

    behaves('a list of ETags in If-None-Match is compared one by one', async () => {
      await server().put('conditional.txt', 'conditional')
      const { headers } = await send({ method: 'HEAD', rawKey: 'conditional.txt' })
      const list = `"one", ${headers.etag}, "three"`
      const answer = await send({ rawKey: 'conditional.txt', headers: { 'if-none-match': list } })
      assert.equal(answer.status, 304)
    })

    behaves('the SDK sees 304 and 412 as errors', async () => {
      await server().put('conditional.txt', 'conditional')
      const where = { Bucket: server().bucket, Key: 'conditional.txt' }
      const refused = { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } }
      await assert.rejects(
        client().send(new GetObjectCommand({ ...where, IfMatch: '"other"' })),
        (error: Error & { $metadata: { httpStatusCode: number } }) =>
          error.name === refused.name && error.$metadata.httpStatusCode === 412,
      )
      await assert.rejects(
        client().send(new GetObjectCommand({ ...where, IfNoneMatch: '*' })),
        (error: Error & { $metadata: { httpStatusCode: number } }) => error.$metadata.httpStatusCode === 304,
      )
    })
  })
}

function toValue(setting: Setting, headers: IncomingHttpHeaders): string {
  if (setting === 'right') return headers.etag ?? ''
  if (setting === 'wrong') return '"00000000000000000000000000000000"'
  if (setting === '*') return '*'
  const days = { before: -1, same: 0, after: 1 }[setting]
  return new Date(Date.parse(headers['last-modified'] ?? '') + days * 24 * 3600 * 1000).toUTCString()
}
