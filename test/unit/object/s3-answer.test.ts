import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errorStatus } from '../../../src/errors.ts'
import type { ByteSource } from '../../../src/http/byte-source.ts'
import { judgeS3Answer, readErrorBody, xmlElement } from '../../../src/object/s3-answer.ts'

describe('judgeS3Answer', () => {
  for (const [status, code, kind] of [
    [404, 'NoSuchKey', 'not-found'],
    [400, 'KeyTooLongError', 'not-found'],
    [403, 'AccessDenied', 'denied'],
    [403, 'InvalidObjectState', 'denied'],
    [412, 'PreconditionFailed', 'precondition-failed'],
    [412, undefined, 'precondition-failed'],
    [416, 'InvalidRange', 'range-not-satisfiable'],
    [416, undefined, 'range-not-satisfiable'],
  ] as const) {
    it(`reads ${status} ${code ?? 'without a code'} as ${kind}`, () => {
      assert.equal(judgeS3Answer(status, code).kind, kind)
    })
  }

  for (const [status, code, becomes, mayRetry] of [
    [503, 'SlowDown', 503, true],
    [503, undefined, 503, true],
    [429, undefined, 503, true],
    [503, 'ServiceUnavailable', 503, true],
    [500, 'InternalError', 502, true],
    [500, undefined, 502, true],
    [502, undefined, 502, true],
    [404, 'NoSuchBucket', 502, false],
    [404, undefined, 502, false],
    [403, 'SignatureDoesNotMatch', 502, false],
    [403, 'InvalidAccessKeyId', 502, false],
    [403, 'SomethingNew', 502, false],
    [403, undefined, 502, false],
    [401, undefined, 502, false],
    [403, 'RequestTimeTooSkewed', 502, false],
    [400, 'AuthorizationHeaderMalformed', 502, false],
    [400, 'ExpiredToken', 502, 'with-new-credentials'],
    [301, 'PermanentRedirect', 502, false],
    [307, undefined, 502, false],
    [201, undefined, 502, false],
    [400, 'constructor', 502, false],
    [500, 'toString', 502, true],
  ] as const) {
    it(`makes ${status} ${code ?? 'without a code'} a ${becomes}`, () => {
      const verdict = judgeS3Answer(status, code)
      assert.ok(verdict.kind === 'failure')
      assert.equal(errorStatus[verdict.code], becomes)
      assert.equal(verdict.mayRetry, mayRetry)
      assert.ok(verdict.advice.length > 0)
    })
  }
})

describe('xmlElement', () => {
  const xml =
    '<?xml version="1.0"?>\n<Error><Code>NoSuchKey</Code><Key>&lt;Code&gt;X</Key><Code>Y</Code></Error>'

  it('reads the first such element of an error', () => {
    assert.equal(xmlElement(xml, 'Code'), 'NoSuchKey')
    assert.equal(xmlElement('<Error xmlns="x"><Code>A</Code></Error>', 'Code'), 'A')
  })

  it('finds nothing in what is no S3 error', () => {
    for (const text of [
      '',
      '<html><Code>A</Code></html>',
      '<Error><Code></Code></Error>',
      '<Error><Code>A',
      '<Errors><Code>A</Code>',
    ])
      assert.equal(xmlElement(text, 'Code'), undefined, text)
    assert.equal(xmlElement(`<Error><Code>${'x'.repeat(5000)}</Code></Error>`, 'Code'), undefined)
  })

  it('takes no time over garbage made for it', () => {
    assert.equal(xmlElement('<Error>'.repeat(9000), 'Code'), undefined)
    assert.equal(xmlElement(`<Error>${'<Code>'.repeat(9000)}`, 'Code'), undefined)
  })
})

describe('readErrorBody', () => {
  function sourceOf(pieces: (string | Error)[]): ByteSource & { isCancelled: boolean } {
    return {
      isCancelled: false,
      async read() {
        const piece = pieces.shift()
        if (piece instanceof Error) throw piece
        return piece === undefined ? null : Buffer.from(piece, 'latin1')
      },
      cancel() {
        this.isCancelled = true
      },
    }
  }

  it('reads to the end', async () => {
    assert.equal(await readErrorBody(sourceOf(['<Er', 'ror>']), 1000), '<Error>')
  })

  it('gives up what is too large, and says that a body broke', async () => {
    const large = sourceOf(Array.from({ length: 100 }, () => 'x'.repeat(1024)))
    assert.equal(await readErrorBody(large, 1000), '')
    assert.equal(large.isCancelled, true)
    const broken = sourceOf(['<Er', new Error('cut')])
    await assert.rejects(readErrorBody(broken, 1000), /cut/)
    assert.equal(broken.isCancelled, true)
  })
})
