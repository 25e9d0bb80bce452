import { TransportError } from './transport-error.ts'

/** The head of an S3 answer, and the way in which its body ends. */
export interface ResponseHead {
  status: number
  /** Values by lower-case name. A header that came twice with the same value is there once. */
  headers: Map<string, string>
  /** The size that the head tells. An answer to HEAD tells that of the body which it does not have. */
  contentLength: number | undefined
  framing: Framing
  keepAlive: boolean
}

/** The ways to find the end of a body. @see RFC 9112 section 6.3 */
export type Framing = { kind: 'length'; sizeBytes: number } | { kind: 'chunked' } | { kind: 'until-close' }

const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\r\n]*)?$/
const fieldName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const badValue = /[\x00-\x08\x0a-\x1f\x7f]/

/**
 * Parses the head of an answer. It guesses nothing: a head that is not plain HTTP/1.1 is garbage.
 *
 * @param text latin1, up to and without the empty line
 * @param method method of the request: an answer to HEAD has no body, whatever its head says
 * @throws TransportError `garbage`
 * @see RFC 9112 sections 4, 5 and 6.3
 */
export function parseResponseHead(text: string, method: string): ResponseHead {
  let end = endOfLine(text, 0)
  const first = statusLine.exec(text.slice(0, end))
  if (first === null) throw garbage('the first line is not a status line of HTTP/1.1')
  const status = Number(first[2])
  const headers = new Map<string, string>()
  for (let start = end + 2; start < text.length + 2; start = end + 2) {
    end = endOfLine(text, start)
    addField(headers, text, start, end)
  }
  const connection = headers.get('connection')?.toLowerCase() ?? ''
  const contentLength = contentLengthIn(headers)
  const framing = framingOf(status, method, headers, contentLength)
  if (first[1] === '0' && framing.kind === 'chunked') throw garbage('a transfer-encoding in HTTP/1.0')
  return {
    status,
    headers,
    contentLength,
    framing,
    keepAlive:
      (first[1] === '1' ? !connection.includes('close') : connection.includes('keep-alive')) &&
      framing.kind !== 'until-close',
  }
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\r\n', start)
  return end === -1 ? text.length : end
}

function addField(headers: Map<string, string>, text: string, start: number, end: number): void {
  const colon = text.indexOf(':', start)
  if (colon <= start || colon >= end) throw garbage('a line of the head is not a header')
  const name = toFieldName(text.slice(start, colon))
  const value = trimSpaces(text, colon + 1, end)
  if (badValue.test(value)) throw garbage(`control characters in the header ${name}`)
  const before = headers.get(name)
  if (before === undefined || before === value) headers.set(name, value)
  else if (single.has(name)) throw garbage(`the header ${name} came twice, with two values`)
  else headers.set(name, `${before}, ${value}`)
}

/** Lower-case spelling of each field name that was sent: an S3 has a few dozen, always spelled the same. */
const knownNames = new Map<string, string>()
const maxKnownNames = 100

function toFieldName(sent: string): string {
  const known = knownNames.get(sent)
  if (known !== undefined) return known
  if (!fieldName.test(sent)) throw garbage('a line of the head is not a header')
  const name = sent.toLowerCase()
  if (knownNames.size < maxKnownNames) knownNames.set(sent, name)
  return name
}

/** Removes spaces and tabs. `trim` also removes a byte A0, which may be the end of a letter in UTF-8. */
function trimSpaces(text: string, start: number, end: number): string {
  while (start < end && isSpace(text, start)) start++
  while (end > start && isSpace(text, end - 1)) end--
  return text.slice(start, end)
}

function isSpace(text: string, index: number): boolean {
  return text[index] === ' ' || text[index] === '\t'
}

/** Headers that must not come twice with different values: they say what the body is. */
const single = new Set(['content-length', 'content-range', 'content-type', 'etag', 'last-modified'])

function contentLengthIn(headers: Map<string, string>): number | undefined {
  const length = headers.get('content-length')
  if (length === undefined) return undefined
  if (!/^\d{1,15}$/.test(length)) throw garbage('content-length is not a number')
  return Number(length)
}

function framingOf(
  status: number,
  method: string,
  headers: Map<string, string>,
  contentLength: number | undefined,
): Framing {
  if (method === 'HEAD' || status === 204 || status === 304 || status < 200)
    return { kind: 'length', sizeBytes: 0 }
  const coding = headers.get('transfer-encoding')
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw garbage('a transfer-encoding other than chunked')
    if (contentLength !== undefined) throw garbage('both content-length and transfer-encoding')
    return { kind: 'chunked' }
  }
  return contentLength === undefined ? { kind: 'until-close' } : { kind: 'length', sizeBytes: contentLength }
}

function garbage(what: string): TransportError {
  return new TransportError('garbage', `the answer is not HTTP as S3 speaks it: ${what}`)
}
