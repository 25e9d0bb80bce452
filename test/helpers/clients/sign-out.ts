import type { HttpAnswer, HttpClient } from './http-client.ts'

/** Presses the button of the proxy's logout page. */
export function pressSignOut(client: HttpClient, origin: string): Promise<HttpAnswer> {
  return client.request(`${origin}/__s3proxy/logout`, { method: 'POST', headers: { origin } })
}

/** Says yes on the page of the OpenID provider that asks whether to sign out. */
export function confirmSignOut(client: HttpClient, question: HttpAnswer): Promise<HttpAnswer> {
  const [, action = ''] = /action="([^"]+)"/.exec(question.text) ?? []
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(question.text) ?? []
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = `${new URLSearchParams({ xsrf, logout: 'yes' })}`
  return client.request(action, { method: 'POST', headers, body })
}
