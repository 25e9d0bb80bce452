import { fillForm } from './fill-form.ts'
import type { HttpAnswer, HttpClient } from './http-client.ts'
import type { SignInOptions } from './sign-in.ts'

/**
 * Lets a device in at the OpenID provider, as a person with a browser does (RFC 8628 section 3.3): shows the code,
 * confirms it, signs in.
 *
 * @param verificationUri the plain address, or the complete one, with the code in it
 * @returns the last page, whose text says that the program is signed in; after a refusal, the page that asks for a code
 */
export async function approveDevice(
  client: HttpClient,
  verificationUri: string,
  userCode: string,
  { login = 'alice', isRefused = false }: SignInOptions = {},
): Promise<HttpAnswer> {
  let page = await client.follow(verificationUri)
  for (let step = 0; step < 6 && page.text.includes('<form'); step++) {
    const isSignIn = page.text.includes('name="login"')
    const isConfirm = page.text.includes('name="abort"')
    const values = isSignIn
      ? { login, password: 'any', answer: 'yes' }
      : { user_code: userCode, ...(isConfirm && isRefused ? { abort: 'yes' } : {}) }
    const answer = await fillForm(client, page, values)
    page = answer.status >= 300 && answer.status < 400 ? await follow(client, answer) : answer
    if (isConfirm && isRefused) return page
  }
  return page
}

function follow(client: HttpClient, answer: HttpAnswer): Promise<HttpAnswer> {
  return client.follow(new URL(answer.headers.location ?? '', answer.url).href)
}
