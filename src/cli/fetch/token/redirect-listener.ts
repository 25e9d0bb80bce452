import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { noStore } from '../../../http/error-reply.ts'
import { pageHeaders, renderPage } from '../../../http/page.ts'
import { untilAborted } from '../../../waiting/until-aborted.ts'

/** A port of this machine that a browser is led back to. */
export interface RedirectListener {
  readonly redirectUri: string
  /** Waits for the browser. @throws the reason of the signal */
  redirected(signal: AbortSignal): Promise<Redirected>
  close(): void
}

export interface Redirected {
  /** The whole address, with the answer of the SSO in its query. */
  url: URL
  /** Shows the person whether it worked. */
  answer(isSignedIn: boolean): void
}

/** The address without its port, `http://127.0.0.1/`, is registered at the SSO. */
const path = '/'

/**
 * Listens on a free port of 127.0.0.1 for one request that has the state. Every other request is answered and forgotten: a
 * page of another site, which does not know the state, cannot end the sign in.
 *
 * @see RFC 8252 sections 7.3 and 8.3
 */
export async function listenForRedirect(state: string): Promise<RedirectListener> {
  let take: ((redirected: Redirected) => void) | undefined
  const first = new Promise<Redirected>((resolve) => {
    take = resolve
  })
  const server = createServer((request, response) => {
    const url = new URL(`${redirectUri}${(request.url ?? '').replace(/^[^?]*/, '')}`)
    const isOurs =
      request.method === 'GET' &&
      // A name that leads to 127.0.0.1 may belong to another site.
      request.headers.host === url.host &&
      request.url?.split('?')[0] === path &&
      url.searchParams.getAll('state').join() === state
    if (!isOurs || take === undefined) {
      show(response, 404, 'Not found', 'Nobody signs in here any more, or not with this address.')
      return
    }
    take({ url, answer: (isSignedIn) => showEnd(response, isSignedIn) })
    take = undefined
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
  return {
    redirectUri,
    redirected: (signal) => untilAborted(first, signal),
    close() {
      server.close()
      server.closeIdleConnections()
    },
  }
}

function showEnd(response: ServerResponse, isSignedIn: boolean): void {
  if (isSignedIn) show(response, 200, 'Signed in', 'Close this page, and go back to the terminal.')
  else show(response, 400, 'Not signed in', 'The terminal says why.')
}

/** Answers with a page. The connection ends with it, so that nothing keeps the process. */
function show(response: ServerResponse, status: number, title: string, text: string): void {
  const headers = [...noStore, ...pageHeaders, 'connection', 'close']
  response.writeHead(status, headers).end(renderPage(title, `<p>${text}</p>`))
}
