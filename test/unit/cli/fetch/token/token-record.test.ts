import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  formatRecord,
  isToken,
  parseRecord,
  recordOfAnswer,
} from '../../../../../src/cli/fetch/token/token-record.ts'

const asked = { origin: 'https://h', issuer: 'https://sso', clientId: 'terminal', scope: 'openid' }

describe('recordOfAnswer', () => {
  it('renews a fifth of the life before the end, and at most five minutes', () => {
    const short = recordOfAnswer(asked, { access_token: 'a', expires_in: 100 }, 1000)
    assert.deepEqual([short.expiresAt, short.renewAt], [101_000, 81_000])
    const long = recordOfAnswer(asked, { access_token: 'a', expires_in: 36_000 }, 0)
    assert.equal(long.renewAt, 36_000_000 - 300_000)
  })

  it('knows no end where the SSO tells none', () => {
    const record = recordOfAnswer(asked, { access_token: 'a' }, 1000)
    assert.deepEqual([record.expiresAt, record.renewAt], [undefined, undefined])
  })

  it('keeps the refresh token where the answer has none, and takes a new one', () => {
    const before = { ...asked, refreshToken: 'old' }
    assert.equal(recordOfAnswer(before, { access_token: 'a' }, 0).refreshToken, 'old')
    assert.equal(recordOfAnswer(before, { access_token: 'a', refresh_token: 'new' }, 0).refreshToken, 'new')
  })

  it('forgets the times of the token before', () => {
    const before = recordOfAnswer(asked, { access_token: 'a', expires_in: 1 }, 0)
    assert.equal('expiresAt' in recordOfAnswer(asked, { access_token: 'b' }, 0), false)
    assert.equal(before.expiresAt, 1000)
  })
})

describe('parseRecord', () => {
  it('reads what formatRecord wrote', () => {
    const record = recordOfAnswer(
      { ...asked, resource: 'https://h' },
      { access_token: 'a', expires_in: 9 },
      5,
    )
    assert.deepEqual(
      JSON.parse(JSON.stringify(parseRecord(formatRecord(record)))),
      JSON.parse(JSON.stringify(record)),
    )
  })

  const text = formatRecord(recordOfAnswer(asked, { access_token: 'a', expires_in: 9 }, 5))
  for (const [what, broken] of [
    ['nothing', ''],
    ['half of it', text.slice(0, 40)],
    ['null', 'null'],
    ['another version', text.replace('"version": 1', '"version": 2')],
    ['a token that no header takes', text.replace('"accessToken": "a"', '"accessToken": "a\\r\\nb: c"')],
    ['a time that is no number', text.replace('9005', '"soon"')],
    ['no issuer', text.replace('"issuer"', '"other"')],
  ] as const) {
    it(`takes ${what} for no record`, () => {
      assert.notEqual(broken, text)
      assert.equal(parseRecord(broken), undefined)
    })
  }
})

describe('isToken', () => {
  it('refuses everything that would be another header, or no header', () => {
    assert.equal(isToken('eyJ.a-b_c.d='), true)
    for (const text of ['', 'a b', 'a\r\nb', 'ä', 'a\0']) assert.equal(isToken(text), false)
  })
})
