import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errorStatus } from '../../../src/errors.ts'
import { judgeS3Answer, xmlElement } from '../../../src/origin/verdict.ts'

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
    [404, 'NoSuchVersion', 'not-found'],
    [405, 'MethodNotAllowed', 'not-found'],
    [400, 'InvalidURI', 'not-found'],
    [400, 'InvalidArgument', 'not-found'],
    [400, 'XMinioInvalidObjectName', 'not-found'],
    [414, undefined, 'not-found'],
    [400, 'KMS.DisabledException', 'denied'],
    [400, 'KMS.KMSInvalidStateException', 'denied'],
    [400, 'KMS.NotFoundException', 'denied'],
    [403, 'KMS.AccessDeniedException', 'denied'],
    [400, 'KMS.SomethingNewException', 'denied'],
    [400, 'KMS.UnrecognizedClientException', 'denied'],
    [400, 'XMinioKMSKeyNotFoundException', 'denied'],
    [400, 'InvalidRequest', 'denied'],
    [400, 'constructor', 'denied'],
    [400, 'SomethingNew', 'denied'],
    [403, 'SomethingNew', 'denied'],
    [409, 'SomethingNew', 'denied'],
    [404, 'SomethingNew', 'not-found'],
    [410, 'SomethingNew', 'not-found'],
  ] as const) {
    it(`reads ${status} ${code ?? 'without a code'} as ${kind}`, () => {
      assert.equal(judgeS3Answer(status, code).kind, kind)
    })
  }

  for (const [status, code, becomes, mayRetry] of [
    [503, 'SlowDown', 503, true],
    [503, undefined, 503, true],
    [429, undefined, 503, true],
    [509, undefined, 503, true],
    [503, 'ServiceUnavailable', 503, true],
    [500, 'InternalError', 502, true],
    [500, undefined, 502, true],
    [502, undefined, 502, true],
    [404, 'NoSuchBucket', 502, false],
    [404, undefined, 502, false],
    [403, 'SignatureDoesNotMatch', 502, 'with-new-credentials'],
    [403, 'InvalidAccessKeyId', 502, 'with-new-credentials'],
    [403, undefined, 502, false],
    [401, undefined, 502, false],
    [403, 'RequestTimeTooSkewed', 502, false],
    [400, 'AuthorizationHeaderMalformed', 502, false],
    [400, 'ExpiredToken', 502, 'with-new-credentials'],
    [301, 'PermanentRedirect', 502, false],
    [307, undefined, 502, false],
    [201, undefined, 502, false],
    [500, 'toString', 502, true],
    [400, undefined, 502, false],
    [405, undefined, 502, false],
    [503, 'InternalError', 502, true],
    [503, 'SomethingNew', 502, true],
    [408, 'SomethingNew', 502, true],
    [400, 'RequestTimeout', 502, true],
    [409, 'ConditionalRequestConflict', 502, true],
    [429, 'SomethingNew', 503, true],
    [503, 'SlowDownRead', 503, true],
    [400, 'KMS.ThrottlingException', 503, true],
    [503, 'KMS.ThrottlingException', 503, true],
    [500, 'KMS.InternalException', 502, true],
    [400, 'KMS.DependencyTimeoutException', 502, true],
    [400, 'KMS.KeyUnavailableException', 502, true],
    [404, 'XAdminUserNotFound', 502, 'with-new-credentials'],
    [401, 'SomethingNew', 502, false],
    [400, 'InvalidToken', 502, 'with-new-credentials'],
    [403, 'RequestInTheFuture', 502, false],
    [501, 'NotImplemented', 502, false],
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

describe('what a visitor can make S3 say', () => {
  it('never blames endpoint, credentials or bucket where S3 has a name for it', () => {
    for (const code of [
      'SomethingNew',
      'KMS.DisabledException',
      'InvalidArgument',
      'InvalidObjectState',
      'A.B',
    ])
      for (const status of [400, 402, 403, 404, 405, 406, 409, 410, 411, 413, 417, 421, 422, 431, 451]) {
        const verdict = judgeS3Answer(status, code)
        assert.ok(verdict.kind === 'denied' || verdict.kind === 'not-found', `${status} ${code}`)
        assert.doesNotMatch(verdict.advice ?? '', /endpoint|AWS_|s3\.|region/)
      }
  })

  it('tells a key that cannot be used from an object that is archived', () => {
    const adviceOf = (status: number, code: string) => {
      const verdict = judgeS3Answer(status, code)
      return 'advice' in verdict ? verdict.advice : undefined
    }
    assert.match(adviceOf(400, 'KMS.DisabledException') ?? '', /KMS/)
    assert.match(adviceOf(403, 'InvalidObjectState') ?? '', /archived/)
    assert.match(adviceOf(400, 'InvalidRequest') ?? '', /SSE-C/)
    assert.equal(adviceOf(403, 'AccessDenied'), undefined)
    assert.equal(adviceOf(404, 'NoSuchKey'), undefined)
  })
})

describe('the names that the SDK sorts', async () => {
  const path =
    '../../../node_modules/@smithy/core/dist-es/submodules/retry/service-error-classification/constants.js'
  const names = (await import(new URL(path, import.meta.url).href)) as Record<string, (string | number)[]>
  const codeOf = (status: number, code: string | undefined) => {
    const verdict = judgeS3Answer(status, code)
    return verdict.kind === 'failure' ? `${verdict.code} ${verdict.mayRetry}` : verdict.kind
  }

  it('as throttling are about pace, whatever the status', () => {
    const throttling = names.THROTTLING_ERROR_CODES as string[]
    assert.ok(throttling.length > 10)
    for (const code of throttling)
      for (const status of [400, 403, 429, 500, 503])
        assert.equal(codeOf(status, code), 'S3_SLOW_DOWN true', `${status} ${code}`)
  })

  it("as transient are about S3's health", () => {
    for (const code of names.TRANSIENT_ERROR_CODES as string[])
      assert.equal(codeOf(400, code), 'S3_UNAVAILABLE true', code)
    for (const status of names.TRANSIENT_ERROR_STATUS_CODES as number[])
      assert.equal(codeOf(status, 'SomethingNew'), 'S3_UNAVAILABLE true', String(status))
  })

  it('as clock skew are about what we are set up with', () => {
    for (const code of names.CLOCK_SKEW_ERROR_CODES as string[]) {
      const expected = code === 'AccessDeniedException' ? 'denied' : 'S3_CREDENTIALS'
      assert.equal(codeOf(403, code).split(' ')[0], expected, code)
    }
  })
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
