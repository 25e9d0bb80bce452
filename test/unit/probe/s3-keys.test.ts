import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { judgeKeys } from '../../../src/probe/s3-keys.ts'

const denied = { status: 403, errorCode: 'AccessDenied' }
const found = { status: 200, errorCode: undefined }
const missing = { status: 404, errorCode: 'NoSuchKey' }

describe('judgeKeys', () => {
  it('calls keys right when a wrong secret is answered otherwise', () => {
    for (const answer of [found, missing, denied])
      assert.deepEqual(judgeKeys(answer, { status: 403, errorCode: 'SignatureDoesNotMatch' }), {
        message: 'the keys are right: a wrong secret was answered 403 SignatureDoesNotMatch',
      })
    assert.match(judgeKeys(missing, denied).message, /^the keys are right/)
  })

  it('says that keys were not checked where a store denies wrong ones as it denies right ones', () => {
    const { message, advice } = judgeKeys(denied, denied)
    assert.equal(
      message,
      'not checked whether the keys are right: a wrong secret was answered 403 AccessDenied too',
    )
    assert.match(advice ?? '', /^an object in s3\.healthcheckKey/)
  })

  it('says that a store asks for no keys where it gives an object, or tells what is missing, to any', () => {
    for (const answer of [found, missing])
      assert.match(judgeKeys(answer, answer).advice ?? '', /^this S3 asks for no keys/)
  })
})
