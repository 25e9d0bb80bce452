import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { canonicalQuery, uriEncodePath } from '../../../src/s3/uri-encode.ts'

describe('uriEncodePath', () => {
  it('leaves unreserved characters and slashes as they are', () => {
    const text = '/AZaz09-._~//x/'
    assert.equal(uriEncodePath(text), text)
  })

  it('encodes everything else in UTF-8 with capital digits', () => {
    assert.equal(
      uriEncodePath("a b+c%2F;d!'()*é\u{1f600}\r\n\\"),
      'a%20b%2Bc%252F%3Bd%21%27%28%29%2A%C3%A9%F0%9F%98%80%0D%0A%5C',
    )
  })
})

describe('canonicalQuery', () => {
  it('encodes names and values, slashes too', () => {
    assert.equal(canonicalQuery([['a b/', "+=&%2F!'()*é~"]]), 'a%20b%2F=%2B%3D%26%252F%21%27%28%29%2A%C3%A9~')
  })

  it('gives a parameter without a value its =', () => {
    assert.equal(canonicalQuery([['lifecycle', '']]), 'lifecycle=')
    assert.equal(canonicalQuery([]), '')
  })

  it('sorts by ASCII, what is encoded, by name first and then by value', () => {
    const parameters = [
      ['b', '2'],
      ['a-b', ''],
      ['é', ''],
      ['b', '10'],
      ['a', 'z'],
      ['~', ''],
      ['B', ''],
      ['a', ''],
    ] as const
    const sorted = '%C3%A9=&B=&a=&a=z&a-b=&b=10&b=2&~='
    assert.equal(canonicalQuery(parameters), sorted)
    assert.equal(canonicalQuery(parameters.toReversed()), sorted)
  })
})
