import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AccessRecord } from '../../../src/log/log.ts'
import { createAudit, createIdentityHash } from '../../../src/telemetry/audit.ts'

const access: AccessRecord = {
  requestId: 'id-1',
  method: 'GET',
  path: '/a%20b',
  key: 'a b',
  route: 'object',
  status: 206,
  bytes: 3,
  outcome: 'aborted',
  totalMs: 1,
  who: 'jo',
  s3RequestId: 'S3-1',
}
const headers = [
  'etag',
  '"e"',
  'content-length',
  '5',
  'content-range',
  'bytes 0-4/9',
  'x-amz-version-id',
  'v1',
]

function audited(changes: Partial<AccessRecord>): object[] {
  const lines: object[] = []
  const log = { debug() {}, info: (fields: object) => lines.push(fields), warn() {}, error() {} }
  createAudit(log)({ access: { ...access, ...changes }, headers, startedAtMs: 0, endedAtMs: 1 })
  return lines
}

describe('createAudit', () => {
  it('tells who got which bytes of which version, and how it ended', () => {
    assert.deepEqual(audited({}), [
      {
        requestId: 'id-1',
        who: 'jo',
        key: 'a b',
        versionId: 'v1',
        etag: '"e"',
        range: 'bytes 0-4/9',
        sizeBytes: 5,
        bytes: 3,
        outcome: 'aborted',
        healed: 0,
        code: undefined,
        s3RequestId: 'S3-1',
        traceId: undefined,
      },
    ])
    assert.deepEqual(
      audited({ status: 200, outcome: 'complete', healed: 2 })
        .map((line) => line as AccessRecord)
        .map(({ outcome, healed }) => [outcome, healed]),
      [['complete', 2]],
    )
  })

  it('is silent where nothing was delivered to anybody', () => {
    for (const changes of [
      { status: 304 },
      { status: 404 },
      { status: 499 },
      { method: 'HEAD' },
      { route: 'healthcheck' },
      { route: 'login', status: 302 },
      { route: 'logout', status: 200 },
    ])
      assert.deepEqual(audited(changes), [], JSON.stringify(changes))
  })
})

describe('createIdentityHash', () => {
  it('names one person always the same, nobody else so, and differently under another key', () => {
    const hash = createIdentityHash('0123456789abcdef')
    assert.match(hash('jo@example.com'), /^hmac:[\w-]{32}$/)
    assert.equal(hash('jo@example.com'), createIdentityHash('0123456789abcdef')('jo@example.com'))
    assert.notEqual(hash('jo@example.com'), hash('jo@example.org'))
    assert.notEqual(hash('jo@example.com'), createIdentityHash('0123456789abcdeF')('jo@example.com'))
  })
})
