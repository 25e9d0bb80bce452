import { type ErrorCode, errorStatus } from '../errors.ts'
import { errorTexts } from './error-texts.ts'
import { escapeHtml, pageHeaders, renderPage } from './page.ts'
import type { ProxyRequest } from './proxy-request.ts'
import type { HeaderList, Reply } from './reply.ts'

/** The part of a request's record that an error's answer reads and writes. */
export interface ErrorRecord {
  readonly requestId: string
  code: string | undefined
}

export interface ErrorOptions {
  /** The address at which a visitor can start the login again: an absolute URL, or a path of this site. */
  startAgain?: string
  /** The text of what happened, not escaped, where more is known than the code says. */
  what?: string
  /** More of the page, as HTML; the caller has escaped its texts. */
  html?: string
  /** More of the line for tools. */
  more?: string | undefined
  /** More headers, such as `allow`, `content-range` or `set-cookie`. */
  headers?: HeaderList
}

const retryAfterSeconds = 5

/**
 * The answer to a request that failed: a page for browsers, whose `accept` names `text/html`, and one line of plain text
 * for everybody else.
 *
 * Nothing that S3, Redis or the SSO said is part of it.
 *
 * @param record gets the code
 */
export function errorReply(
  code: ErrorCode,
  request: Pick<ProxyRequest, 'header'>,
  record: ErrorRecord,
  options: ErrorOptions = {},
): Reply {
  const { requestId } = record
  record.code = code
  const status = errorStatus[code]
  const text = errorTexts[code]
  const what = options.what ?? text.what
  const headers: HeaderList = [...noStore, ...(options.headers ?? [])]
  if ((status === 503 || status === 429) && !headers.includes('retry-after'))
    headers.push('retry-after', String(retryAfterSeconds))
  // A 401 needs a challenge (RFC 9110 section 15.5.2). No registered scheme means a cookie; browsers ignore unknown ones.
  if (status === 401) headers.push('www-authenticate', 'Cookie realm="s3proxy"')
  if (!/\btext\/html\b/i.test(request.header('accept') ?? '')) {
    const more = options.more === undefined ? '' : ` ${options.more.replace(/\s+/g, ' ')}`
    headers.push('content-type', 'text/plain; charset=utf-8')
    return {
      status,
      headers,
      body: `${status} ${text.title}. ${what} ${text.advice}${more} [${code}, request ${requestId}]\n`,
    }
  }
  headers.push(...pageHeaders)
  const again =
    options.startAgain === undefined
      ? ''
      : `<p><a href="${escapeHtml(options.startAgain)}" rel="noreferrer">Start again</a></p>\n`
  const body = `<p>${escapeHtml(what)}</p>
<p>${escapeHtml(text.advice)}</p>
${again}${options.html ?? ''}<footer>${status} ${code} · request ${escapeHtml(requestId)}</footer>`
  return { status, headers, body: renderPage(text.title, body) }
}

/** Headers of redirects, the callback, pages and errors: no cache keeps them, and no other site learns their URL. */
export const noStore = ['cache-control', 'no-store', 'referrer-policy', 'no-referrer'] as const
