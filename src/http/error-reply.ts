import { type ErrorCode, errorStatus } from '../errors.ts'
import { errorTexts } from './error-texts.ts'
import { escapeHtml, pageHeaders, renderPage } from './page.ts'
import type { ProxyRequest } from './proxy-request.ts'
import type { HeaderList, Reply } from './reply.ts'

/** As much of a request's record as an error answer reads and writes. */
export interface ErrorRecord {
  readonly requestId: string
  code: string | undefined
}

export interface ErrorOptions {
  /** Where a visitor may start the login again; an absolute URL, or a path of ours. */
  startAgain?: string
  /** More headers, such as `allow`, `content-range` or `set-cookie`. */
  headers?: HeaderList
}

const retryAfterSeconds = 5

/**
 * The answer for an error: a page for browsers, whose `accept` names `text/html`; one line of plain text for
 * everything else.
 *
 * It never depends on what an upstream said.
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
  const headers: HeaderList = [...noStore, ...(options.headers ?? [])]
  if (status === 503 && !headers.includes('retry-after'))
    headers.push('retry-after', String(retryAfterSeconds))
  // RFC 9110 section 15.5.2 wants a challenge; no registered scheme is a cookie, and browsers pass unknown ones over.
  if (status === 401) headers.push('www-authenticate', 'Cookie realm="s3proxy"')
  if (!/\btext\/html\b/i.test(request.header('accept') ?? '')) {
    headers.push('content-type', 'text/plain; charset=utf-8')
    return {
      status,
      headers,
      body: `${status} ${text.title}. ${text.what} ${text.advice} [${code}, request ${requestId}]\n`,
    }
  }
  headers.push(...pageHeaders)
  const again =
    options.startAgain === undefined
      ? ''
      : `<p><a href="${escapeHtml(options.startAgain)}" rel="noreferrer">Start again</a></p>\n`
  const body = `<p>${escapeHtml(text.what)}</p>
<p>${escapeHtml(text.advice)}</p>
${again}<footer>${status} ${code} · request ${escapeHtml(requestId)}</footer>`
  return { status, headers, body: renderPage(text.title, body) }
}

/** For redirects, the callback, pages and errors: nothing may keep them, and no URL of ours leaks. */
export const noStore = ['cache-control', 'no-store', 'referrer-policy', 'no-referrer'] as const
