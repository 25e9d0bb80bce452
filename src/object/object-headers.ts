import { isStrongEtag } from '../http/etag.ts'
import type { HeaderList } from '../http/reply.ts'

/** All that is passed on of what S3 says about an object; the length goes another way, as a number. */
const passedOn = [
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
] as const

/** Picks the headers of an S3 answer that a client may see. */
export function pickObjectHeaders(headers: ReadonlyMap<string, string>): HeaderList {
  const picked: HeaderList = []
  for (const name of passedOn) {
    const value = headers.get(name)
    if (value === undefined) continue
    const shown = name === 'content-encoding' ? codingOf(value) : value
    if (shown !== '' || value === '') picked.push(name, shown)
  }
  return picked
}

/**
 * Picks the headers of a 304 of S3 that may change the copy of a client. Its type and length belong to the empty answer,
 * and are left out.
 *
 * @param asked the `if-none-match` that was sent to S3. Where the 304 has no ETag, a single strong ETag of it is the object's
 * @see RFC 9110 section 15.4.5
 */
export function pickNotModifiedHeaders(headers: ReadonlyMap<string, string>, asked = ''): HeaderList {
  const picked: HeaderList = []
  for (const name of passedOnWith304) {
    const value = headers.get(name)
    if (value !== undefined) picked.push(name, value)
  }
  if (!headers.has('etag') && isStrongEtag(asked)) picked.push('etag', asked)
  return picked
}

const passedOnWith304 = ['cache-control', 'expires', 'date', 'etag', 'last-modified', 'x-amz-version-id']

/** A `content-encoding` without that of an upload, which S3 takes off and some servers keep: no client knows it. */
function codingOf(contentEncoding: string): string {
  if (!/aws-chunked/i.test(contentEncoding)) return contentEncoding
  const codings = contentEncoding.split(',').map((coding) => coding.trim())
  return codings.filter((coding) => coding !== '' && coding.toLowerCase() !== 'aws-chunked').join(', ')
}

/**
 * The sandbox of pages: no script, no form, no plugin. A page keeps its origin, because browsers would otherwise load its
 * pictures, films and styles without the session, and no script can misuse that. Links may download and open windows.
 *
 * @see HTML, section 7.1.5 Sandboxing
 */
const sandbox = 'sandbox allow-same-origin allow-downloads allow-popups allow-popups-to-escape-sandbox'

/**
 * Makes the headers of a protected object safe for browsers, and for caches on the way.
 *
 * @param sandboxed whether types that can run script get a `content-security-policy` with `sandbox`
 */
export function protectObjectHeaders(headers: Readonly<HeaderList>, sandboxed: boolean): HeaderList {
  const result: HeaderList = []
  let cacheControl: string | undefined
  let isKept = false
  let type = ''
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string
    const value = headers[index + 1] as string
    if (name === 'cache-control') cacheControl = makePrivate(value)
    else result.push(name, value)
    if (name === 'content-type') type = value
    if (name === 'expires') isKept = true
  }
  // Without `cache-control` and `expires` browsers guess, and would still show objects after the sign out.
  result.push('cache-control', cacheControl ?? (isKept ? 'private' : 'private, no-cache'))
  if (sandboxed && canRunScript(type)) result.push('content-security-policy', sandbox)
  return result
}

/** Makes a value private: it removes `public` and `s-maxage`, which are for shared caches. @see RFC 9111 section 5.2.2 */
function makePrivate(cacheControl: string): string {
  let result = 'private'
  for (const item of splitList(cacheControl)) {
    const directive = item.trim()
    if (isDirective.test(directive) && !shared.test(directive)) result += `, ${directive}`
  }
  return result
}

const isDirective = /^[!#$%&'*+\-.^_`|~0-9a-z]/i
const shared = /^(?:public|private|s-maxage|proxy-revalidate)\b/i

/**
 * Splits a list whose quoted strings may hold commas. A quote that is never closed is left out. Each character is read
 * at most twice, because the text may be hostile.
 */
function splitList(text: string): string[] {
  const items: string[] = []
  let start = 0
  let openQuote = -1
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (openQuote !== -1 && character === '\\') index++
    else if (character === '"') openQuote = openQuote === -1 ? index : -1
    else if (character === ',' && openQuote === -1) {
      items.push(text.slice(start, index))
      start = index + 1
    }
  }
  if (openQuote === -1) items.push(text.slice(start))
  else items.push(...(text.slice(start, openQuote) + text.slice(openQuote).replaceAll('"', '')).split(','))
  return items
}

/**
 * Tells whether a browser may run scripts in a body of this `content-type`.
 *
 * Browsers may use any of several types in one header, and guess the type where there is none.
 */
function canRunScript(contentType: string): boolean {
  return contentType.split(',').some((value) => {
    const type = (value.split(';')[0] ?? '').trim().toLowerCase()
    return !isType.test(type) || unknownTypes.has(type) || scriptTypes.test(type)
  })
}

const isType = /^[!#$%&'*+\-.^_`|~0-9a-z]+\/[!#$%&'*+\-.^_`|~0-9a-z]+$/
/** Types that make browsers guess. @see https://mimesniff.spec.whatwg.org/#mime-type-sniffing-algorithm */
const unknownTypes = new Set(['unknown/unknown', 'application/unknown', '*/*'])
const scriptTypes = /^text\/x?html|[/+](?:xml|xhtml|xslt?)\b|^multipart\//
