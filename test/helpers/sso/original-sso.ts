import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { listenOnLoopback } from '../network/listen-on-loopback.ts'

/** The way in which it answers; a test changes it as it goes. */
export interface OriginalSsoState {
  /** Whether the visitor is signed in there; its login page is the answer to others. */
  isSignedIn: boolean
  /** The code that it gives out, and the one that it takes. */
  givenCode: string
  takenCode: string
  /** Tokens in the order in which they are given out, after which the token endpoint answers 500; new ones where undefined. */
  tokens: string[] | undefined
  /** The tokens that `me` takes; all where undefined. */
  takenTokens: string[] | undefined
  /** Takes the place of the answer of `me`. */
  meStatus: number | undefined
}

export interface OriginalSso {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  readonly state: OriginalSsoState
  /** Puts everything back as it was at first. */
  reset(): void
  /** Closes the port until `open`. */
  close(): Promise<void>
  open(): Promise<void>
}

/** An SSO as the original was tested with: JSON under `text/html`, a token and nothing else, 403 without a word. */
export async function startOriginalSso(): Promise<OriginalSso> {
  const [clientId, clientSecret] = ['the-client-id', 'the-client-secret']
  let given = 0
  const atFirst = (): OriginalSsoState => ({
    isSignedIn: true,
    givenCode: 'the-code',
    takenCode: 'the-code',
    tokens: undefined,
    takenTokens: undefined,
    meStatus: undefined,
  })
  const state = atFirst()
  const server = createServer((request, response) => void answer(request, response))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://sso')
    const body = await text(request)
    if (pathname === '/o/authorize/') authorize(searchParams, response)
    else if (pathname === '/o/token/') token(new URLSearchParams(body), response)
    else if (pathname === '/api/v1/user/me/') me(request.headers.authorization, response)
    else send(response, 404)
  }

  function authorize(query: URLSearchParams, response: ServerResponse) {
    if (!state.isSignedIn) return send(response, 200, 'The login page')
    const back = new URLSearchParams({ state: query.get('state') ?? '', code: state.givenCode })
    response.writeHead(302, { location: `${query.get('redirect_uri')}?${back}` }).end()
  }

  function token(form: URLSearchParams, response: ServerResponse) {
    const isRight =
      form.get('code') === state.takenCode &&
      form.get('client_id') === clientId &&
      form.get('client_secret') === clientSecret &&
      form.get('grant_type') === 'authorization_code'
    if (!isRight) return send(response, 403)
    const access_token = state.tokens === undefined ? `token-${++given}` : state.tokens.shift()
    if (access_token === undefined) return send(response, 500)
    send(response, 200, JSON.stringify({ access_token }))
  }

  function me(authorization: string | undefined, response: ServerResponse) {
    if (state.meStatus !== undefined) return send(response, state.meStatus)
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1]
    if (token === undefined || state.takenTokens?.includes(token) === false) return send(response, 403)
    const person = { email: 'ada@example.com', first_name: 'Ada', last_name: 'Example', user_id: 'ada-1' }
    send(response, 200, JSON.stringify(person))
  }

  const { origin, open, close } = await listenOnLoopback(server)
  return {
    ...{ url: `${origin}/`, clientId, clientSecret, state, open, close },
    reset: () => void Object.assign(state, atFirst()),
  }
}

function send(response: ServerResponse, status: number, body = ''): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
  response.end(body)
}
