import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { type ErrorCode, errorStatus } from '../../../src/errors.ts'
import { errorReply } from '../../../src/http/error-reply.ts'
import { headerIn } from '../../helpers/clients/header-in.ts'

const codes = Object.keys(errorStatus) as ErrorCode[]
const record = { requestId: 'id-1', code: undefined }
const browser = { header: () => 'text/html' }
const page = (code: ErrorCode, more = {}) => errorReply(code, browser, record, more)

describe('errorReply', () => {
  it('is one line of text for tools', () => {
    for (const code of codes) {
      const record = { requestId: 'id-1', code: undefined }
      const reply = errorReply(code, { header: () => '*/*' }, record)
      assert.equal(record.code, code)
      assert.match(
        String(reply.body),
        new RegExp(`^${errorStatus[code]} [^\\n]+\\[${code}, request id-1\\]\\n$`),
      )
      assert.equal(headerIn(reply.headers, 'content-type'), 'text/plain; charset=utf-8')
    }
  })

  it('is a page that needs nothing but itself for browsers', () => {
    for (const code of codes) {
      const reply = page(code)
      const html = String(reply.body)
      assert.match(html, /<html lang="en">/)
      const title = /<title>(.+)<\/title>/.exec(html)?.[1]
      assert.equal(/<h1>(.+)<\/h1>/.exec(html)?.[1], title)
      assert.match(html, new RegExp(`${errorStatus[code]} ${code} · request id-1`))
      assert.doesNotMatch(html, /<script|\bsrc=|<link|url\(/)
      assert.match(headerIn(reply.headers, 'content-security-policy') ?? '', /^default-src 'none';/)
    }
  })

  it('is kept by nothing, leaks no address, and says when to come back where that helps', () => {
    for (const code of codes) {
      const { headers, status } = page(code)
      assert.equal(headerIn(headers, 'cache-control'), 'no-store')
      assert.equal(headerIn(headers, 'referrer-policy'), 'no-referrer')
      assert.equal(headerIn(headers, 'retry-after') !== undefined, status === 503 || status === 429)
    }
  })

  it('escapes what comes from outside', () => {
    const html = String(page('LOGIN_EXPIRED', { startAgain: `https://a.test/"><script>&'` }).body)
    assert.ok(html.includes('href="https://a.test/&quot;&gt;&lt;script&gt;&amp;&#39;"'))
    assert.doesNotMatch(html, /<script/)
  })

  it('allows its own style and no other', () => {
    const reply = page('OBJECT_NOT_FOUND')
    const style = /<style>(.*)<\/style>/s.exec(String(reply.body))?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    assert.ok(headerIn(reply.headers, 'content-security-policy')?.includes(`style-src 'sha256-${hash}'`))
  })

  it('has text that can be read, in the light and in the dark', () => {
    const html = String(page('OBJECT_NOT_FOUND').body)
    const schemes = html.match(/--paper: .*/g) ?? []
    assert.equal(schemes.length, 2)
    for (const scheme of schemes) {
      const colour = (name: string) => new RegExp(`--${name}: (#[0-9a-f]{3,6})`).exec(scheme)?.[1] ?? ''
      for (const [front, back] of [
        ['ink', 'paper'],
        ['quiet', 'paper'],
        ['on-accent', 'accent'],
      ] as const)
        assert.ok(contrast(colour(front), colour(back)) >= 4.5, `${front} on ${back} in ${scheme}`)
    }
  })
})

/** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

function luminance(colour: string): number {
  const hex = colour.slice(1).length === 3 ? colour.slice(1).replace(/./g, '$&$&') : colour.slice(1)
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
