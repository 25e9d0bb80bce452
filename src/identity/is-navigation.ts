import type { ProxyRequest, RequestHeader } from '../http/proxy-request.ts'

/**
 * Whether a request without a session may be led to the SSO. A script's, an API's or a tool's request may not: it
 * could not sign in there, and would take the page of the SSO for its answer.
 *
 * A browser that resumes a download says `navigate` too, and would append that page to the file. A range, and conditions
 * that no page is opened with, decide first.
 *
 * @see https://www.w3.org/TR/fetch-metadata/ (sec-fetch-mode)
 */
export function isNavigation(request: ProxyRequest): boolean {
  if (hasAny(request, partial) || !takesPage(request.header('accept'))) return false
  const mode = request.header('sec-fetch-mode')
  if (mode !== undefined) return mode === 'navigate'
  if (hasAny(request, scripted)) return false
  // Browsers that say no mode (old ones, or on plain http) send these to load a page again.
  return !hasAny(request, revalidating) || namesPage(request.header('accept'))
}

/** Whether the client asks for HTML by name, as browsers do. */
export function namesPage(accept: string | undefined): boolean {
  return accept !== undefined && takes(accept, ['text/html'])
}

const partial = ['range', 'if-range', 'if-match', 'if-unmodified-since'] as const
const revalidating = ['if-none-match', 'if-modified-since'] as const
/**
 * Browsers send these to load a page, too: `authorization` where a router asks for a password, and `x-requested-with`
 * with the name of the app that a browser is part of.
 */
const scripted = ['x-requested-with', 'authorization'] as const

function hasAny(request: ProxyRequest, names: readonly RequestHeader[]): boolean {
  return names.some((name) => request.header(name) !== undefined)
}

function takesPage(accept: string | undefined): boolean {
  return accept === undefined || accept.trim() === '' || takes(accept, ['text/html', '*/*'])
}

/** @see RFC 9110 section 12.5.1: a range with `q=0` is not acceptable */
function takes(accept: string, types: readonly string[]): boolean {
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((item) => item.trim().toLowerCase())
    return types.includes(type) && !parameters.some((parameter) => /^q\s*=\s*0(?:\.0*)?$/.test(parameter))
  })
}
