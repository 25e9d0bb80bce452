import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Provider } from 'oidc-provider'
import { errorPage, signInPage } from './sign-in-page.ts'

/** The pages where people sign in lie below this path. */
export const signInPath = '/sign-in/'

/** Shows the page that asks for a name and any password, and takes what was typed in. Signing in counts as consent. */
export async function answerSignIn(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (request.method !== 'POST') {
      await provider.interactionDetails(request, response)
      sendPage(response, 200, signInPage('The file site'))
      return
    }
    const form = new URLSearchParams(await text(request))
    const name = (form.get('login') ?? '').trim()
    const isAgreed = form.get('answer') !== 'no'
    if (isAgreed && (name === '' || (form.get('password') ?? '') === '')) {
      sendPage(response, 400, signInPage('The file site'))
      return
    }
    const result = isAgreed ? { login: { accountId: name }, consent: {} } : { error: 'access_denied' }
    await provider.interactionFinished(request, response, result)
  } catch (error) {
    sendPage(response, 400, errorPage('The sign in was over', (error as Error).message))
  }
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  response.end(html)
}
