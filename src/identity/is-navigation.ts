import type { ProxyRequest } from '../http/proxy-request.ts'

/**
 * Whether a request without a session may be led to the SSO. A script's or an API's request may not: it could
 * not sign in there, and would take the page of the SSO for its answer.
 *
 * @see https://www.w3.org/TR/fetch-metadata/ (sec-fetch-mode)
 */
export function isNavigation(request: ProxyRequest): boolean {
  const mode = request.header('sec-fetch-mode')
  if (mode !== undefined && mode !== 'navigate') return false
  return !isJsonOnly(request.header('accept'))
}

function isJsonOnly(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return false
  return accept.split(',').every((range) => /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;.*)?$/i.test(range))
}
