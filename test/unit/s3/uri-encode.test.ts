import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { uriEncodePath } from '../../../src/s3/uri-encode.ts'

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
