import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import { answerFailure } from '../../../src/server/answer-failure.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { headerIn } from '../../helpers/clients/header-in.ts'
import { request } from '../../helpers/stage/login-ports.ts'

describe('answerFailure', () => {
  it('answers with the code of the failure, says when to come again, and tells the operator', () => {
    const { log, lines } = start()
    const record = new RequestRecord()
    record.requestId = 'request-1'
    const failure = new S3ProxyError('SSO_BUSY', 'canary', { retryAfterSeconds: 7, s3RequestId: 'S3-1' })
    const reply = answerFailure(failure, request('/a'), record, log)
    assert.deepEqual([reply.status, headerIn(reply.headers, 'retry-after')], [503, '7'])
    assert.deepEqual([record.code, record.s3RequestId], ['SSO_BUSY', 'S3-1'])
    const fields = { requestId: 'request-1', code: 'SSO_BUSY', s3RequestId: 'S3-1' }
    assert.deepEqual(lines, [['warn', fields, 'canary']])
    assert.ok(!String(reply.body).includes('canary'))
  })

  it('makes INTERNAL of anything else, with its stack in the log', () => {
    const { log, lines } = start()
    const record = new RequestRecord()
    assert.equal(answerFailure(new TypeError('a bug'), request('/a'), record, log).status, 500)
    assert.equal(record.code, 'INTERNAL')
    const [level, fields, message] = lines[0] ?? []
    assert.deepEqual([level, message], ['error', 'a fault of ours: a bug'])
    assert.match(JSON.stringify(fields), /TypeError: a bug/)
  })

  it('tells nothing of a request whose client has left', () => {
    const { log, lines } = start()
    const record = new RequestRecord()
    const gone = { ...request('/a'), signal: AbortSignal.abort() }
    const reply = answerFailure(new TypeError('given up'), gone, record, log)
    assert.deepEqual([reply.body, reply.headers, record.code, lines], [null, [], undefined, []])
  })
})

function start() {
  const lines: [string, object, string][] = []
  const put = (level: string) => (fields: object, message: string) => {
    lines.push([level, fields, message])
  }
  return { lines, log: { debug: put('debug'), info: put('info'), warn: put('warn'), error: put('error') } }
}
