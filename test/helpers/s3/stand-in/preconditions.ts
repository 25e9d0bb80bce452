import type { IncomingHttpHeaders } from 'node:http'
import type { StoredObject } from './object-store.ts'

export type PreconditionOutcome =
  | { kind: 'proceed' | 'not-modified' }
  /** `condition` names the header, as the `Condition` element of S3's error does. */
  | { kind: 'failed'; condition: string }

/**
 * The four conditions in the order that S3 documents: `If-Match` overrules `If-Unmodified-Since`, and
 * `If-None-Match` overrules `If-Modified-Since`. A date that is none is ignored.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, RFC 9110 section 13.2.2
 */
export function checkPreconditions(headers: IncomingHttpHeaders, object: StoredObject): PreconditionOutcome {
  const ifMatch = headers['if-match']
  const unmodifiedSince = parseDate(headers['if-unmodified-since'])
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object.etag, 'strong')) return { kind: 'failed', condition: 'If-Match' }
  } else if (unmodifiedSince !== undefined && object.lastModified.getTime() > unmodifiedSince) {
    return { kind: 'failed', condition: 'If-Unmodified-Since' }
  }

  const ifNoneMatch = headers['if-none-match']
  const modifiedSince = parseDate(headers['if-modified-since'])
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, object.etag, 'weak')) return { kind: 'not-modified' }
  } else if (modifiedSince !== undefined && object.lastModified.getTime() <= modifiedSince) {
    return { kind: 'not-modified' }
  }
  return { kind: 'proceed' }
}

// S3 takes an ETag without its quotes, too.
function matches(header: string, etag: string | null, comparison: 'strong' | 'weak'): boolean {
  if (header.trim() === '*') return true
  if (etag === null) return false
  return header.split(',').some((candidate) => {
    const tag = candidate.trim()
    if (comparison === 'strong') return !tag.startsWith('W/') && unquote(tag) === unquote(etag)
    return unquote(tag.replace(/^W\//, '')) === unquote(etag.replace(/^W\//, ''))
  })
}

function unquote(tag: string): string {
  return tag.replace(/^"(.*)"$/s, '$1')
}

function parseDate(header: string | undefined): number | undefined {
  const time = Date.parse(header ?? '')
  return Number.isNaN(time) ? undefined : time
}
