import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRefusalWarnings } from '../../../src/object/refusal-warnings.ts'

function createStage() {
  const lines: [object, string][] = []
  const put = (fields: object, message: string) => lines.push([fields, message])
  let now = 0
  const log = { debug: put, info: put, warn: put, error: put }
  const refused = createRefusalWarnings(log, () => now)
  return {
    lines,
    refuse: (s3Code: string) => refused('OBJECT_DENIED', { s3Code, message: `S3 answered 400 ${s3Code}` }),
    later(ms: number) {
      now += ms
    },
  }
}

describe('createRefusalWarnings', () => {
  it('warns once a minute for each name of an error', () => {
    const stage = createStage()
    for (let round = 0; round < 3; round++)
      for (const code of ['KMS.X', 'InvalidObjectState']) stage.refuse(code)
    assert.deepEqual(stage.lines, [
      [{ code: 'OBJECT_DENIED', heldBack: 0 }, 'an object is not served: S3 answered 400 KMS.X'],
      [{ code: 'OBJECT_DENIED', heldBack: 0 }, 'an object is not served: S3 answered 400 InvalidObjectState'],
    ])
    stage.later(60_000)
    stage.refuse('KMS.X')
    assert.deepEqual(stage.lines[2]?.[0], { code: 'OBJECT_DENIED', heldBack: 2 })
  })

  it('has a bound on names, whatever S3 invents', () => {
    const stage = createStage()
    for (let index = 0; index < 1000; index++) stage.refuse(`Name${index}`)
    assert.equal(stage.lines.length, 21)
  })
})
