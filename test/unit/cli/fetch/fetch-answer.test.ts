import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { explain, formatHead } from '../../../../src/cli/fetch/fetch-answer.ts'

describe('explain', () => {
  it('is no failure when the version is the same', () => {
    assert.equal(explain({ kind: 'not-modified', headers: [] }).status, 0)
  })

  for (const [result, expected] of [
    [{ kind: 'not-found' }, /^404: /],
    [{ kind: 'denied' }, /^403: /],
    [{ kind: 'precondition-failed' }, /^412: /],
    [{ kind: 'range-not-satisfiable', sizeBytes: 6 }, /^416: .*bytes \*\/6/],
    [{ kind: 'range-not-satisfiable', sizeBytes: undefined }, /^416: .*size unknown/],
  ] as const) {
    it(`is exit status 22 for ${expected}`, () => {
      const { status, text } = explain(result)
      assert.equal(status, 22)
      assert.match(text, expected)
      assert.ok(!text.includes('\n'))
    })
  }
})

const body = { read: () => null, cancel() {} }

describe('formatHead', () => {
  it('has the status and each header on a line', () => {
    const headers = ['etag', '"a"', 'date', 'now']
    const head = { kind: 'found' as const, status: 206 as const, headers, body }
    assert.equal(formatHead({ ...head, sizeBytes: undefined }), '206\netag: "a"\ndate: now\n')
    const measured = formatHead({ ...head, sizeBytes: 5 })
    assert.equal(measured, '206\netag: "a"\ndate: now\ncontent-length: 5\n')
  })
})
