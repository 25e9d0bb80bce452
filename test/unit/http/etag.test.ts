import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isStrongEtag } from '../../../src/http/etag.ts'

describe('isStrongEtag', () => {
  it('is one in quotes, of printable ASCII, and not weak', () => {
    assert.ok(isStrongEtag('"9b2cf535f27731c974343645a3985328-2"'))
    for (const etag of [undefined, 'a', 'W/"a"', '"a', '"a"b"', '"a\r\n"', '"é"'])
      assert.ok(!isStrongEtag(etag))
  })
})
