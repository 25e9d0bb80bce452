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

/** Picks from an S3 answer what a client may see. */
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
 * Picks from a 304 of S3 what may change the copy that a client has; its type and its length are those of an empty
 * answer.
 *
 * @param asked the `if-none-match` that S3 was sent: one strong ETag in it is the object's, where S3 names none
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
 * No script, no form, no plugin. The page keeps its origin, or browsers would load its pictures, films and styles
 * without the session; no script is there to misuse that. Links may download and open windows.
 *
 * @see HTML, section 7.1.5 Sandboxing
 */
const sandbox = 'sandbox allow-same-origin allow-downloads allow-popups allow-popups-to-escape-sandbox'

/**
 * Makes the headers of a protected object fit for browsers and for caches between us and them.
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
  // Where S3 says nothing, browsers would guess, and go on showing objects to whoever comes after the sign out.
  result.push('cache-control', cacheControl ?? (isKept ? 'private' : 'private, no-cache'))
  if (sandboxed && canRunScript(type)) result.push('content-security-policy', sandbox)
  return result
}

/** @see RFC 9111 section 5.2.2: `private` and `public` contradict each other, `s-maxage` is for shared caches */
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
 * The items of a list, whose quoted strings may have commas in them; a quote that is never closed is none, and left
 * out. Looks at each character at most twice, because anybody may have stored the text.
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
 * Whether a browser may make a document with scripts of a body, going by its `content-type`.
 *
 * Of several types in one header browsers take any; what is no type, they guess.
 */
function canRunScript(contentType: string): boolean {
  return contentType.split(',').some((value) => {
    const type = (value.split(';')[0] ?? '').trim().toLowerCase()
    return !isType.test(type) || unknownTypes.has(type) || scriptTypes.test(type)
  })
}

const isType = /^[!#$%&'*+\-.^_`|~0-9a-z]+\/[!#$%&'*+\-.^_`|~0-9a-z]+$/
/** @see https://mimesniff.spec.whatwg.org/#mime-type-sniffing-algorithm */
const unknownTypes = new Set(['unknown/unknown', 'application/unknown', '*/*'])
const scriptTypes = /^text\/x?html|[/+](?:xml|xhtml|xslt?)\b|^multipart\//
