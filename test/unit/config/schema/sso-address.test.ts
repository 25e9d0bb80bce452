import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ssoAddress } from '../../../../src/config/schema/sso-address.ts'

const withQuery = ssoAddress(true)
const withoutQuery = ssoAddress(false)

describe('ssoAddress', () => {
  for (const address of [
    'https://sso.example.com/oauth/token',
    'http://127.0.0.1:8000/token',
    'https://[::1]/token',
    'https://sso.example.com',
    'https://sso.example.com/@acme/token',
    'o/token/',
    'token',
    'api/v1/..me/',
  ])
    it(`takes ${address}`, () => {
      for (const schema of [withQuery, withoutQuery]) assert.equal(schema.parse(address), address)
    })

  it('takes a query where there may be one', () => {
    for (const address of [
      'https://sso.example.com/authorize?a=b',
      'https://sso.example.com?a',
      'me?a=../b',
    ]) {
      assert.equal(withQuery.parse(address), address)
      assert.match(messageOf(withoutQuery, address), /^expected an address without a query/)
    }
  })

  it('leaves out the dot that ends a host name, which no certificate has', () => {
    assert.equal(withQuery.parse('https://sso.example.com./me'), 'https://sso.example.com/me')
  })

  for (const [address, message] of [
    ['', /^expected a URL in ASCII without user/],
    ['https://jo:secret@sso.example.com/token', /^expected a URL in ASCII without user/],
    ['https://', /^expected a URL/],
    ['https://sso.example.com:port/', /^expected a URL/],
    ['ftp://sso.example.com/token', /^expected a URL/],
    ['sso.example.com:8000/token', /^expected a URL/],
    ['https://sso.example.com/ö', /^expected a URL in ASCII/],
    ['o\\token', /^expected a URL/],
    ['o/to ken', /^expected a URL/],
    ['https://sso.example.com/token#top', /without a fragment/],
    ['o/token/#top', /without a fragment/],
    ['/o/token/', /begins without a slash/],
    ['//evil.example.com/token', /begins without a slash/],
    ['../token', /without segments/],
    ['o/%2E%2e/token', /without segments/],
    ['./token', /without segments/],
    ['o/..', /without segments/],
    [7, /^expected a URL/],
  ] as const)
    it(`refuses ${address}, and says why without repeating it`, () => {
      const said = messageOf(withQuery, address)
      assert.match(said, message)
      assert.doesNotMatch(said, /secret|evil/)
    })
})

function messageOf(schema: ReturnType<typeof ssoAddress>, address: unknown): string {
  return schema.safeParse(address).error?.issues[0]?.message ?? 'taken'
}
