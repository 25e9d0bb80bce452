import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  pickNotModifiedHeaders,
  pickObjectHeaders,
  protectObjectHeaders,
} from '../../../src/object/object-headers.ts'
import { headerIn } from '../../helpers/clients/header-in.ts'

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
    ]
    const others = [
      'content-length',
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

describe('pickObjectHeaders of a content-encoding', () => {
  for (const [stored, shown] of [
    ['aws-chunked', undefined],
    ['AWS-Chunked', undefined],
    ['aws-chunked, aws-chunked', undefined],
    ['aws-chunked,', undefined],
    ['aws-chunked,gzip', 'gzip'],
    ['gzip, aws-chunked', 'gzip'],
    ['br ,\taws-chunked , gzip', 'br, gzip'],
    ['gzip', 'gzip'],
    ['br,gzip', 'br,gzip'],
    ['x-aws-chunked', 'x-aws-chunked'],
  ] as const) {
    it(`shows ${stored} as ${shown ?? 'none'}`, () => {
      const picked = pickObjectHeaders(new Map([['content-encoding', stored]]))
      assert.equal(headerIn(picked, 'content-encoding'), shown)
    })
  }
})

describe('pickNotModifiedHeaders', () => {
  const date = 'Tue, 01 Oct 2024 10:00:00 GMT'

  it('keeps what belongs to the object, and nothing that describes the empty answer', () => {
    const kept = ['cache-control', 'expires', 'date', 'etag', 'last-modified', 'x-amz-version-id']
    const dropped = [
      ...['content-type', 'content-length', 'content-encoding', 'content-disposition', 'content-language'],
      ...['content-range', 'accept-ranges', 'server'],
    ]
    assert.deepEqual(
      pickNotModifiedHeaders(new Map([...kept, ...dropped].map((name) => [name, name])), '"asked"'),
      kept.flatMap((name) => [name, name]),
    )
  })

  it('names the ETag that was asked for where S3 names none, and only where there is no doubt', () => {
    const etagOf = (asked?: string) =>
      headerIn(pickNotModifiedHeaders(new Map([['date', date]]), asked), 'etag')
    assert.equal(etagOf('"a"'), '"a"')
    for (const asked of [undefined, 'W/"a"', '"a", "b"', '*', 'a', ''])
      assert.equal(etagOf(asked), undefined, asked)
  })
})

describe('protectObjectHeaders', () => {
  const cacheControl = (value?: string) =>
    headerIn(protectObjectHeaders(value === undefined ? [] : ['cache-control', value], true), 'cache-control')

  for (const [given, becomes] of [
    [undefined, 'private, no-cache'],
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
    ['no-cache="a\\\\", public', 'private, no-cache="a\\\\"'],
    ['no-cache="a, public, max-age=1', 'private, no-cache=a, max-age=1'],
    ['max-age=1, "public", no-store', 'private, max-age=1, no-store'],
  ] as const) {
    it(`makes cache-control ${given ?? '(none)'} ${becomes}`, () => {
      assert.equal(cacheControl(given), becomes)
    })
  }

  it('leaves to expires what S3 says by it', () => {
    const headers = protectObjectHeaders(['expires', 'Thu, 01 Jan 2032 00:00:00 GMT'], true)
    assert.equal(headerIn(headers, 'cache-control'), 'private')
  })

  it('takes time in proportion to the length of what was stored', () => {
    // The text is far longer than S3 allows. A quadratic algorithm would take seconds for it.
    for (const hostile of ['a\\"', '"a', '\\"', 'x="', '",', ',', ' ', 'a="b\\"', '"a\\'].map((part) =>
      part.repeat(120_000 / part.length),
    )) {
      const before = process.cpuUsage()
      cacheControl(hostile)
      const { user, system } = process.cpuUsage(before)
      assert.ok(user + system < 1_000_000, `${(user + system) / 1000} ms for ${hostile.slice(0, 8)}`)
    }
  })

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
    'text/plain; charset=utf-8',
    'Text/Plain;Charset="UTF-8"',
    'text/plain ; format=flowed',
    'image/png',
    'IMAGE/PNG',
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
