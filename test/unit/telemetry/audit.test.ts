import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAudit, createIdentityHash } from '../../../src/telemetry/audit.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'

function audited(changes: { [name in keyof RequestRecord]?: unknown }): object[] {
  const lines: object[] = []
  const log = { debug() {}, info: (fields: object) => lines.push(fields), warn() {}, error() {} }
  const record = Object.assign(new RequestRecord('GET'), {
    requestId: 'id-1',
    path: '/a%20b',
    key: 'a b',
    route: 'object',
    status: 206,
    bytes: 3,
    outcome: 'aborted',
    who: 'jo',
    rule: 'staff',
    mount: 'reports',
    s3RequestId: 'S3-1',
    sizeBytes: 5,
    etag: '"e"',
    range: { first: 0, last: 4, sizeBytes: 9 },
    versionId: 'v1',
    ...changes,
  })
  createAudit(log)(record as RequestRecord)
  return lines
}

describe('createAudit', () => {
  it('tells whose sessions a request has ended, and how many', () => {
    const line = { requestId: 'id-1', who: 'jo', route: 'logout', endedSessions: 1, traceId: undefined }
    assert.deepEqual(audited({ route: 'logout', endedSessions: 1, status: 303 }), [line])
    assert.deepEqual(audited({ route: 'logout', status: 303 }), [])
  })

  it('tells who got which bytes of which version, and how it ended', () => {
    assert.deepEqual(audited({}), [
      {
        requestId: 'id-1',
        who: 'jo',
        bearer: undefined,
        rule: 'staff',
        mount: 'reports',
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
        .map((line) => line as RequestRecord)
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
