import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jsonObjectIn } from '../../../src/http/json-object.ts'

describe('jsonObjectIn', () => {
  it('reads an object', () => {
    assert.deepEqual(jsonObjectIn(' {"a": [1]} '), { a: [1] })
    assert.deepEqual(jsonObjectIn('{}'), {})
  })

  it('takes nothing else', () => {
    for (const text of ['', 'null', '[]', '[{}]', '1', '"{}"', '{', '{}{}', '<html>'])
      assert.equal(jsonObjectIn(text), undefined, text)
  })
})
