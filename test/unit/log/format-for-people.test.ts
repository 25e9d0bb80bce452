import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatForPeople } from '../../../src/log/format-for-people.ts'

const dim = (text: string) => `(${text})`
const request = {
  level: 30,
  time: '2024-01-01T00:00:00.000Z',
  msg: 'request',
  requestId: 'id-1',
  method: 'GET',
  path: '/a%20b.txt',
  route: 'object',
  status: 200,
  bytes: 29,
  outcome: 'complete',
  totalMs: 4.26,
  s3Ms: 1.5,
  who: 'alice',
  code: undefined,
}

describe('formatForPeople', () => {
  it('puts what somebody looks for first, and the rest behind it', () => {
    assert.equal(
      formatForPeople(request, 'request', dim),
      'GET /a%20b.txt 200 29 B 4 ms alice  (route=object s3Ms=1.5 requestId=id-1)',
    )
  })

  it('names the error, and how an answer ended that is not whole', () => {
    const broken = { ...request, who: undefined, code: 'S3_TIMEOUT', outcome: 'cut' }
    assert.match(formatForPeople(broken, 'request', dim), / 29 B 4 ms S3_TIMEOUT cut {2}\(/)
  })

  it('shows any other line with its fields', () => {
    const line = { level: 30, msg: 'listening', port: 80, hosts: ['a', 'b'] }
    assert.equal(formatForPeople(line, 'listening', dim), 'listening  (port=80 hosts=["a","b"])')
    assert.equal(formatForPeople({ level: 30, msg: 'stopped' }, 'stopped', dim), 'stopped')
  })

  it('lets no value move the cursor or begin a line', () => {
    const line = formatForPeople({ ...request, who: 'a\x1b[2J\r\nb\u202e' }, 'request', dim)
    assert.match(line, / a\\u\{1b\}\[2J\\u\{d\}\\u\{a\}b\\u\{202e\} /)
  })
})
