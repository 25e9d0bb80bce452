import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { headerIn } from '../../../src/http/reply.ts'
import { pickObjectHeaders, protectObjectHeaders } from '../../../src/object/object-headers.ts'

describe('pickObjectHeaders', () => {
  it('passes on what the contract names, and nothing else', () => {
    const named = [
      'accept-ranges',
      'content-type',
      'content-range',
      'content-encoding',
      'content-disposition',
      'content-language',
      'cache-control',
      'expires',
      'date',
      'etag',
      'last-modified',
      'x-amz-version-id',
      'content-length',
    ]
    const others = [
      'set-cookie',
      'server',
      'x-amz-request-id',
      'x-amz-meta-secret',
      'location',
      'connection',
      'transfer-encoding',
      'content-security-policy',
      'refresh',
      'link',
    ]
    const picked = pickObjectHeaders(new Map([...others, ...named].map((name) => [name, name])))
    assert.deepEqual(
      picked,
      named.flatMap((name) => [name, name]),
    )
  })
})

describe('protectObjectHeaders', () => {
  const cacheControl = (value?: string) =>
    headerIn(protectObjectHeaders(value === undefined ? [] : ['cache-control', value], true), 'cache-control')

  for (const [given, becomes] of [
    [undefined, 'private'],
    ['', 'private'],
    ['public', 'private'],
    ['PUBLIC, max-age=60', 'private, max-age=60'],
    ['max-age=60,s-maxage=600 , immutable', 'private, max-age=60, immutable'],
    ['s-maxage="600"', 'private'],
    ['private', 'private'],
    ['private="set-cookie, x"', 'private'],
    ['no-cache="a, public", no-store', 'private, no-cache="a, public", no-store'],
    ['no-cache="a\\"b, c", public', 'private, no-cache="a\\"b, c"'],
    ['public, public', 'private'],
    ['"public"', 'private'],
    ['max-age=1, "public', 'private, max-age=1'],
    ['proxy-revalidate, must-revalidate', 'private, must-revalidate'],
  ] as const) {
    it(`makes cache-control ${given ?? '(none)'} ${becomes}`, () => {
      assert.equal(cacheControl(given), becomes)
    })
  }

  function isSandboxed(type: string | undefined, sandboxed: boolean): boolean {
    const headers = protectObjectHeaders(type === undefined ? [] : ['content-type', type], sandboxed)
    const policy = headerIn(headers, 'content-security-policy') ?? ''
    return /^sandbox\b/.test(policy) && !policy.includes('allow-scripts')
  }

  for (const type of [
    'text/html',
    'TEXT/HTML; charset=utf-8',
    ' text/html ;x',
    'text/html,text/plain',
    'text/plain, text/html',
    'application/xhtml+xml',
    'image/svg+xml',
    'IMAGE/SVG+XML;charset=x',
    'text/xml',
    'application/xml',
    'application/xml-dtd',
    'application/rss+xml',
    'application/xslt+xml',
    'text/xsl',
    'multipart/x-mixed-replace; boundary=x',
    'multipart/related',
    '',
    undefined,
    'html',
    'text/html/x',
    '*/*',
    'unknown/unknown',
    'application/unknown',
    'text /html',
  ]) {
    it(`sandboxes ${type === undefined ? 'a missing type' : JSON.stringify(type)}`, () => {
      assert.equal(isSandboxed(type, true), true)
      assert.equal(isSandboxed(type, false), false)
    })
  }

  for (const type of [
    'text/plain',
    'image/png',
    'video/mp4',
    'application/pdf',
    'application/json',
    'text/css',
    'text/javascript',
    'binary/octet-stream',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  ]) {
    it(`does not sandbox ${type}`, () => {
      assert.equal(isSandboxed(type, true), false)
    })
  }
})
