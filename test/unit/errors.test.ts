import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  codeOf,
  errorStatus,
  messageOf,
  networkReason,
  operatorCodes,
  S3ProxyError,
  safeMessageOf,
  safeStackOf,
} from '../../src/errors.ts'

describe('errorStatus', () => {
  it('reserves 500 for our own bugs', () => {
    assert.deepEqual(
      Object.entries(errorStatus).filter(([, status]) => status === 500),
      [['INTERNAL', 500]],
    )
  })

  it('has codes in capitals and statuses of errors', () => {
    for (const [code, status] of Object.entries(errorStatus)) {
      assert.match(code, /^[A-Z][A-Z0-9_]+$/)
      assert.ok(status >= 400 && status <= 599, code)
    }
  })
})

describe('S3ProxyError', () => {
  it('carries its code, its message and what caused it', () => {
    const cause = new Error('refused')
    const error = new S3ProxyError('S3_UNAVAILABLE', 'S3 cannot be reached', { cause })
    assert.ok(error instanceof Error)
    assert.equal(error.code, 'S3_UNAVAILABLE')
    assert.equal(error.cause, cause)
    assert.equal(String(error), 'S3ProxyError: S3 cannot be reached')
  })
})

describe('operatorCodes', () => {
  it('has none that a request is answered with', () => {
    assert.deepEqual(
      operatorCodes.filter((code) => code in errorStatus),
      [],
    )
  })
})

describe('codeOf', () => {
  it('is the code of a failure of ours, and of nothing else', () => {
    assert.equal(codeOf(new S3ProxyError('S3_TIMEOUT', 'late'), 'INTERNAL'), 'S3_TIMEOUT')
    assert.equal(codeOf(Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'INTERNAL'), 'INTERNAL')
    assert.equal(codeOf('text', 'S3_UNAVAILABLE'), 'S3_UNAVAILABLE')
  })
})

describe('messageOf', () => {
  it('is the message of an error, and the text of anything else that was thrown', () => {
    assert.equal(messageOf(new TypeError('bad')), 'bad')
    assert.equal(messageOf('bad'), 'bad')
    assert.equal(messageOf(undefined), 'undefined')
    // Node throws this for a host that cannot be reached at any of its addresses.
    assert.equal(messageOf(new AggregateError([new Error('c'), new Error('d')])), 'c; d')
    assert.equal(messageOf(new AggregateError([], 'e')), 'e')
    const openSsl =
      '807C:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/record.c:350:\n'
    assert.equal(messageOf(new Error(openSsl)), 'wrong version number')
  })
})

describe('safeMessageOf', () => {
  it('keeps the words of an error, and nothing that a library quotes', async () => {
    const jsonError = (text: string) => {
      try {
        return JSON.parse(text)
      } catch (error) {
        return error
      }
    }
    const header = await fetch('http://127.0.0.1:1/', {
      headers: { authorization: 'Bearer canary\nx' },
    }).catch((error: unknown) => error)
    for (const [error, message] of [
      [new Error('nobody waits'), 'nobody waits'],
      [new TypeError('canary is not a function'), 'canary is not a function'],
      [header, 'Headers.append: "…" is an invalid header value.'],
      [new Error('"client.secret" with value "canary" fails to match'), '"…" fails to match'],
      [new Error('Command failed: /bin/helper --password canary\ncanary'), 'Command failed: …'],
      [new Error('no answer from redis://user:canary@host:1'), 'no answer from redis://…@host:1'],
      [new Error(`bad ${'canary0123456789'.repeat(2)}=`), 'bad …'],
      [new Error('first\ncanary'), 'first'],
      ['canary', 'string'],
      [new S3ProxyError('SSO_ERROR', 'set "sso.scope"'), 'set "sso.scope"'],
    ] as const)
      assert.equal(safeMessageOf(error), message)
    assert.doesNotMatch(safeMessageOf(jsonError('{"a":"canary" oops')), /canary/)
    assert.doesNotMatch(safeMessageOf(jsonError('canary"canary')), /canary"/)
  })
})

describe('safeStackOf', () => {
  it('has the frames, behind the safe message', () => {
    const stack = safeStackOf(new TypeError('a "canary"\ncanary\n at canary'))
    assert.match(stack ?? '', /^TypeError: a "…"\n {4}at .*errors\.test\.ts/)
    assert.doesNotMatch(stack ?? '', /canary/)
    assert.equal(safeStackOf('canary'), undefined)
  })
})

describe('networkReason', () => {
  it('is the message of a failure of the network, of TLS or of HTTP', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
    assert.equal(networkReason(refused), 'connect ECONNREFUSED 127.0.0.1:1')
    assert.equal(networkReason(new AggregateError([refused, refused])), 'connect ECONNREFUSED 127.0.0.1:1')
    const altName = { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }
    assert.equal(networkReason(Object.assign(new Error('wrong host'), altName)), 'wrong host')
  })

  it('repeats nothing that a library may have quoted', async () => {
    const thrown = await fetch('http://127.0.0.1:1/', {
      headers: { authorization: 'Bearer canary\nx' },
    }).catch((error: unknown) => error)
    assert.match(messageOf(thrown), /canary/)
    assert.equal(networkReason(thrown), 'TypeError')
    for (const code of ['ERR_INVALID_ARG_VALUE', 'ERR_HTTP_INVALID_HEADER_VALUE', 'UND_ERR_INVALID_ARG'])
      assert.equal(networkReason(Object.assign(new Error('canary'), { code })), 'Error')
    assert.equal(networkReason('canary'), 'string')
    assert.equal(networkReason(undefined), 'undefined')
  })
})
