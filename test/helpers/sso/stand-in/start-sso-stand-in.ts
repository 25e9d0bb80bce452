import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { listenOnLoopback } from '../../network/listen-on-loopback.ts'
import { commitFault, type SsoFault } from './sso-fault.ts'
import { createGrants } from './sso-grants.ts'
import type {
  SsoEndpoint,
  SsoRequest,
  SsoScript,
  SsoStandIn,
  SsoStandInOptions,
} from './sso-stand-in-types.ts'

const endpoints = new Map<string, SsoEndpoint>([
  ['/o/authorize/', 'authorize'],
  ['/o/token/', 'token'],
  ['/api/v1/user/me/', 'me'],
])

/** Starts a strict SSO on 127.0.0.1 that misbehaves on command. */
export async function startSsoStandIn(options: SsoStandInOptions = {}): Promise<SsoStandIn> {
  const { clientId = 'proxy-client', clientSecret = 'sso secret/+&=%' } = options
  const people = new Map(Object.entries(options.people ?? {}))
  let claims = options.claims ?? { email: 'jo@example.com', user_id: 'user-1', first_name: 'Jo' }
  let expiresInSeconds = options.expiresInSeconds ?? 36_000
  const grants = createGrants({
    id: clientId,
    secret: clientSecret,
    refreshTokens: options.refreshTokens ?? 'none',
    expiresInSeconds: () => expiresInSeconds,
  })
  const requests: SsoRequest[] = []
  const calls = { authorize: 0, token: 0, me: 0 }
  const ordinals = { authorize: 0, token: 0, me: 0 }
  const waiting = new Set<() => void>()
  let script: SsoScript = {}
  let held: Promise<void> | undefined

  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? error : String(error), 'SsoStandInFault')
      response.destroy()
    })
  })

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '', headers } = message
    const [path = '', query = ''] = target.split('?')
    const endpoint = endpoints.get(path)
    const params = new URLSearchParams(endpoint === 'token' ? await text(message) : query)
    const seen: SsoRequest = { endpoint: endpoint ?? 'other', method, target, headers, params, status: 0 }
    requests.push(seen)
    response.once('close', () => {
      seen.status = response.headersSent ? response.statusCode : 0
    })
    if (endpoint === undefined) return send(response, 404, { error: 'not_found' })
    calls[endpoint]++
    ordinals[endpoint]++
    for (const look of waiting) look()
    const isRefresh = endpoint === 'token' && params.get('grant_type') === 'refresh_token'
    const scripted = (isRefresh ? script.refresh : undefined) ?? script[endpoint]
    const fault = typeof scripted === 'function' ? scripted(ordinals[endpoint]) : scripted
    if (endpoint === 'authorize') return authorize(seen, response, fault)
    if (endpoint === 'token') return token(seen, response, fault)
    return me(seen, response, fault)
  }

  async function authorize(request: SsoRequest, response: ServerResponse, fault?: SsoFault): Promise<void> {
    await held
    const { params } = request
    const [redirectUri, state, challenge] = ['redirect_uri', 'state', 'code_challenge'].map((name) =>
      params.get(name),
    ) as [string | null, string | null, string | null]
    const isSound =
      request.method === 'GET' &&
      params.get('client_id') === clientId &&
      params.get('response_type') === 'code' &&
      params.get('code_challenge_method') === 'S256' &&
      /^[\w-]{43}$/.test(challenge ?? '') &&
      /^https?:\/\/[^/]+\/__redirect_from_sso$/.test(redirectUri ?? '')
    // Never redirects to what it cannot trust (RFC 6749 section 4.1.2.1).
    if (!isSound) return send(response, 400, { error: 'invalid_request' })
    if (!(await commitFault(fault, response, ''))) return
    const back = new URLSearchParams()
    if (fault !== undefined && 'deny' in fault) {
      back.set('error', fault.deny)
      if (fault.description !== undefined) back.set('error_description', fault.description)
    } else back.set('code', grants.issueCode(redirectUri as string, challenge as string, personOf(request)))
    if (state !== null) back.set('state', state)
    if (fault !== undefined && 'extra' in fault)
      for (const [name, value] of Object.entries(fault.extra)) back.set(name, value)
    response.writeHead(302, { location: `${redirectUri}?${back}`, 'content-length': 0 })
    response.end()
  }

  async function token(request: SsoRequest, response: ServerResponse, fault?: SsoFault): Promise<void> {
    const isForm = /^application\/x-www-form-urlencoded\b/.test(request.headers['content-type'] ?? '')
    if (request.method !== 'POST' || !isForm || request.headers.authorization !== undefined)
      return send(response, 400, { error: 'invalid_request' })
    const outcome = grants.exchange(request.params)
    const body =
      'token' in outcome
        ? {
            access_token: outcome.token,
            ...{ token_type: 'Bearer', expires_in: expiresInSeconds, scope: 'read write' },
            refresh_token: outcome.refreshToken,
          }
        : { error: outcome.error }
    const isLost = fault !== undefined && 'lost' in fault
    if (isLost && 'token' in outcome) outcome.commit()
    if (!(await commitFault(fault, response, JSON.stringify(body)))) return
    if ('token' in outcome) outcome.commit()
    send(response, 'token' in outcome ? 200 : outcome.status, body)
  }

  async function me(request: SsoRequest, response: ServerResponse, fault?: SsoFault): Promise<void> {
    const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
    const isKnown = given !== undefined && grants.isValid(given)
    const body = isKnown ? (people.get(grants.ownerOf(given) ?? '') ?? claims) : { error: 'invalid_token' }
    if (!(await commitFault(fault, response, JSON.stringify(body)))) return
    send(response, isKnown ? 200 : 401, body)
  }

  /** The person who is signed in there with the browser that asks. */
  function personOf({ headers }: SsoRequest): string | undefined {
    const name = /(?:^|; )person=([^;]+)/.exec(headers.cookie ?? '')?.[1]
    return name !== undefined && people.has(name) ? name : undefined
  }

  const { port, origin, close } = await listenOnLoopback(server, { port: options.port })
  return {
    ...{ url: `${origin}/`, port, clientId, clientSecret, calls, requests },
    ...{ tokens: grants.tokens, codes: grants.codes, issueToken: grants.issueToken, revoke: grants.revoke },
    revokeRefreshTokens: grants.revokeRefreshTokens,
    get refreshes() {
      return requests.filter(({ params }) => params.get('grant_type') === 'refresh_token').length
    },
    get claims() {
      return claims
    },
    set claims(next) {
      claims = next
    },
    get expiresInSeconds() {
      return expiresInSeconds
    },
    set expiresInSeconds(next) {
      expiresInSeconds = next
    },
    misbehave(next = {}) {
      script = next
      Object.assign(ordinals, { authorize: 0, token: 0, me: 0 })
    },
    holdAuthorize() {
      let release = () => {}
      held = new Promise((resolve) => {
        release = resolve
      })
      return () => {
        held = undefined
        release()
      }
    },
    callsReach: (endpoint, count) =>
      new Promise((resolve) => {
        const look = () => {
          if (calls[endpoint] < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    close,
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}
