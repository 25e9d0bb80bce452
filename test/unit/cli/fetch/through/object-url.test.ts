import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseObjectUrl } from '../../../../../src/cli/fetch/through/object-url.ts'

describe('parseObjectUrl', () => {
  for (const [text, origin, path] of [
    ['https://assets.example.com/reports/a.pdf', 'https://assets.example.com', '/reports/a.pdf'],
    ['https://ASSETS.example.com:443', 'https://assets.example.com', '/'],
    ['https://h:8443/a?view#top', 'https://h:8443', '/a?view'],
    ['https://h?x=/', 'https://h', '/?x=/'],
    ['https://h//a/../b/%2e%2e/./c%2Fd+e\\f', 'https://h', '//a/../b/%2e%2e/./c%2Fd+e\\f'],
    ['https://h/ä b/😀"', 'https://h', '/%C3%A4%20b/%F0%9F%98%80%22'],
    ['https://h\\@other/a', 'https://h', '/\\@other/a'],
    ['http://127.0.0.1:8080/a', 'http://127.0.0.1:8080', '/a'],
    ['http://localhost/a', 'http://localhost', '/a'],
    ['http://[::1]:1/a', 'http://[::1]:1', '/a'],
  ] as const) {
    it(`keeps the path of ${text} byte for byte`, () => {
      assert.deepEqual(parseObjectUrl(text), { origin, path })
    })
  }

  for (const text of [
    'http://assets.example.com/a',
    'http://127.0.0.1.example.com/a',
    'https://user:word@h/a',
    'https://user@h/a',
    'https://',
    'https://h:99999/',
    'https://h/\ud800',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseObjectUrl(text), /^Error: URL: /)
    })
  }
})
