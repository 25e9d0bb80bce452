import { type ErrorCode, errorStatus } from '../errors.ts'
import { errorTexts } from './error-texts.ts'
import { escapeHtml, pageHeaders, renderPage } from './page.ts'
import type { HeaderList, Reply } from './reply.ts'

/** What the form of an error answer depends on. */
export interface ErrorContext {
  requestId: string
  /** The request's `accept`: browsers name `text/html`, tools do not. */
  accept: string | undefined
  /** Where a visitor may start the login again; an absolute URL, or a path of ours. */
  startAgain?: string
  /** More headers, such as `allow`, `content-range` or `set-cookie`. */
  headers?: HeaderList
}

const retryAfterSeconds = 5

/**
 * The answer for an error: a page for browsers, one line of plain text for everything else.
 *
 * It never depends on what an upstream said.
 */
export function errorReply(code: ErrorCode, context: ErrorContext): Reply {
  const status = errorStatus[code]
  const text = errorTexts[code]
  const headers: HeaderList = [...noStore, ...(context.headers ?? [])]
  if (status === 503 && !headers.includes('retry-after'))
    headers.push('retry-after', String(retryAfterSeconds))
  // RFC 9110 section 15.5.2 wants a challenge; no registered scheme is a cookie, and browsers pass unknown ones over.
  if (status === 401) headers.push('www-authenticate', 'Cookie realm="s3proxy"')
  if (!/\btext\/html\b/i.test(context.accept ?? '')) {
    headers.push('content-type', 'text/plain; charset=utf-8')
    return {
      status,
      code,
      headers,
      body: `${status} ${text.title}. ${text.what} ${text.advice} [${code}, request ${context.requestId}]\n`,
    }
  }
  headers.push(...pageHeaders)
  const again =
    context.startAgain === undefined
      ? ''
      : `<p><a href="${escapeHtml(context.startAgain)}" rel="noreferrer">Start again</a></p>\n`
  const body = `<p>${escapeHtml(text.what)}</p>
<p>${escapeHtml(text.advice)}</p>
${again}<footer>${status} ${code} · request ${escapeHtml(context.requestId)}</footer>`
  return { status, code, headers, body: renderPage(text.title, body) }
}

/** For redirects, the callback, pages and errors: nothing may keep them, and no URL of ours leaks. */
export const noStore = ['cache-control', 'no-store', 'referrer-policy', 'no-referrer'] as const
