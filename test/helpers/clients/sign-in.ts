import type { HttpAnswer, HttpClient } from './http-client.ts'

export interface SignInOptions {
  /** The name of the person; `alice` unless given. */
  login?: string
  /** Presses the other button of the page. */
  isRefused?: boolean
}

/**
 * Signs in at the oidc SSO as a browser would.
 *
 * @param authorizeUrl where the proxy sent the browser
 * @returns the URL of the callback, not yet asked for
 */
export async function signInAt(
  client: HttpClient,
  authorizeUrl: string,
  { login = 'alice', isRefused = false }: SignInOptions = {},
): Promise<string> {
  const { origin } = new URL(authorizeUrl)
  let url = authorizeUrl
  for (let step = 0; step < 10; step++) {
    const answer = await client.request(url, { headers: { accept: 'text/html' } })
    if (answer.status === 200) {
      const form = new URLSearchParams({ login, password: 'any', answer: isRefused ? 'no' : 'yes' })
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const posted = await client.request(url, { method: 'POST', headers, body: `${form}` })
      url = nextUrl(posted)
    } else url = nextUrl(answer)
    if (new URL(url).origin !== origin) return url
  }
  throw new Error(`the SSO at ${origin} did not come to an end`)
}

/**
 * Asks the proxy for a page, signs in at the SSO that it names, and comes back.
 *
 * @returns the last answer of the proxy, redirects followed
 */
export async function logIn(client: HttpClient, url: string, options?: SignInOptions): Promise<HttpAnswer> {
  const first = await client.request(url)
  return client.follow(await signInAt(client, nextUrl(first), options))
}

/** Begins a login, at an SSO that asks nothing. @returns the URL of the callback, not yet asked for */
export async function toCallback(client: HttpClient, url: string): Promise<string> {
  const begun = await client.request(url)
  return locationOf(await client.request(locationOf(begun)))
}

/** The `location` of a 302, as it stands there; fails when the answer is none. */
export function locationOf(answer: HttpAnswer): string {
  const { location } = answer.headers
  if (answer.status !== 302 || location === undefined)
    throw new Error(`expected a redirect, got ${answer.status}: ${answer.text.slice(0, 500)}`)
  return location
}

/** The absolute URL that an answer redirects to, whatever its status. */
function nextUrl(answer: HttpAnswer): string {
  const { location } = answer.headers
  if (location === undefined)
    throw new Error(`no redirect from ${answer.url}: ${answer.status} ${answer.text}`)
  return new URL(location, answer.url).href
}
