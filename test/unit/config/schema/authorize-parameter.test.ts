import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { authorizeParameter, ownParameterIn } from '../../../../src/config/schema/authorize-parameter.ts'

const own = [
  ...['client_id', 'code_challenge', 'code_challenge_method', 'nonce', 'redirect_uri', 'response_mode'],
  ...['response_type', 'scope', 'state'],
]

describe('authorizeParameter', () => {
  for (const parameter of ['prompt=login', 'hd=example.com', 'a.b-c_1=x=y&z', 'claims={"a": 1}', 'n=ö', 'e='])
    it(`takes ${parameter}`, () => {
      assert.equal(authorizeParameter.parse(parameter), parameter)
    })

  for (const parameter of ['', 'prompt', '=login', 'pro mpt=x', 'a&b=c', 'prompt=a\nb', 'ö=x', 7])
    it(`refuses ${JSON.stringify(parameter)}`, () => {
      assert.match(messageOf(parameter), /^expected (?:names and values such as prompt=login|text)/)
    })

  for (const name of own)
    it(`refuses ${name}, which logins set`, () => {
      assert.equal(messageOf(`${name}=canary`), `expected no parameter ${name}: logins set it`)
    })
})

describe('ownParameterIn', () => {
  it('finds a parameter that logins set in the query of an address', () => {
    for (const name of own)
      for (const address of [`https://sso.example.com/a?b=c&${name}=d`, `a?${name}`])
        assert.equal(ownParameterIn(address), name)
    assert.equal(ownParameterIn('a?%73tate=1'), 'state')
  })

  it('finds none elsewhere', () => {
    for (const address of ['https://sso.example.com/state', 'state', 'a?b=state', 'a?State=1', 'a?'])
      assert.equal(ownParameterIn(address), undefined)
  })
})

function messageOf(parameter: unknown): string {
  return authorizeParameter.safeParse(parameter).error?.issues[0]?.message ?? 'taken'
}
