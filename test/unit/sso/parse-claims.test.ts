import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseClaims } from '../../../src/sso/parse-claims.ts'

describe('parseClaims', () => {
  it('keeps large numbers as texts, wherever they are, and small ones as numbers', () => {
    assert.deepEqual(parseClaims('{"id": 9007199254740993, "in": [1, 2.5, 1e3, 1e400], "t": "1e400"}'), {
      ...{ id: '9007199254740993', in: [1, 2.5, 1000, '1e400'], t: '1e400' },
    })
  })

  it('refuses what is no JSON object', () => {
    for (const json of ['', 'x', '[]', 'null', '5', '"a"', '{1e99: 1}', '{"a": 12345678901234567890.}'])
      assert.throws(() => parseClaims(json), { code: 'SSO_BAD_ANSWER' }, json)
  })
})
