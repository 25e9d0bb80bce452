import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { issuerFeatures } from '../../../src/probe/issuer-features.ts'

const issuer = 'https://sso.example.com'
const options = { scope: 'openid', isAskedForGroups: true }

describe('issuerFeatures', () => {
  it('knows the claim of groups by its name, also where a JSON Pointer has it encoded', () => {
    const metadata = { issuer, claims_supported: ['sub', 'https://example.com/groups', 'a~b'] }
    for (const groupsClaim of ['https://example.com/groups', '/https:~1~1example.com~1groups/0', '/a~0b'])
      assert.equal(issuerFeatures(metadata, { ...options, groupsClaim }).advice, undefined, groupsClaim)
  })

  it('advises to add a claim that is not announced, by its name', () => {
    const metadata = { issuer, claims_supported: ['sub'] }
    const { advice } = issuerFeatures(metadata, { ...options, groupsClaim: '/urn:a~1b/roles' })
    assert.match(advice ?? '', /add the claim urn:a\/b at the SSO/)
  })
})
