import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bearerChallenge } from '../../../src/bearer/bearer-challenge.ts'
import { site } from '../../helpers/stage/login-ports.ts'

const metadata = 'resource_metadata="https://assets.example.com/.well-known/oauth-protected-resource"'

describe('bearerChallenge', () => {
  it('names no error where there was no token', () => {
    assert.equal(bearerChallenge(site, []), `Bearer realm="s3proxy", ${metadata}`)
    assert.equal(bearerChallenge(site, ['a', 'b']), `Bearer realm="s3proxy", scope="a b", ${metadata}`)
  })

  it('says what is wrong with a token, in characters that a quoted text may have', () => {
    assert.equal(
      bearerChallenge(site, [], { error: 'invalid_token', description: 'it "is" \\over\nü' }),
      `Bearer realm="s3proxy", error="invalid_token", error_description="it is over", ${metadata}`,
    )
  })
})
