import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { listenOnLoopback } from '../../network/listen-on-loopback.ts'
import type { OidcEndpoint } from '../oidc-endpoint.ts'
import { commitFault, type SsoFault } from '../stand-in/sso-fault.ts'
import { authorize } from './authorize.ts'
import { authorizeDevice } from './authorize-device.ts'
import { createCallCounter } from './call-counter.ts'
import { createDeviceCodes } from './device-codes.ts'
import { endSession } from './end-session.ts'
import { createMint } from './mint-tokens.ts'
import type {
  OidcCall,
  OidcRequest,
  OidcScript,
  OidcStandIn,
  OidcStandInOptions,
} from './oidc-stand-in-types.ts'
import { deviceGrant, discovery, keySet } from './publish.ts'
import { type EndpointAnswer, type EndpointCall, refused, type StandInContext } from './stand-in-context.ts'
import { createStandInKeys } from './stand-in-keys.ts'
import { introspection, revocation, userinfo } from './tell-of-tokens.ts'
import { token } from './token.ts'
import { createTokenBook } from './token-book.ts'
import { usualBehaviour } from './usual-behaviour.ts'

const paths: Readonly<Record<OidcEndpoint, string>> = {
  discovery: '/.well-known/openid-configuration',
  keys: '/keys',
  authorize: '/authorize',
  token: '/token',
  userinfo: '/userinfo',
  introspection: '/introspect',
  revocation: '/revoke',
  deviceAuthorization: '/device',
  endSession: '/logout',
}
const endpoints = Object.keys(paths) as OidcEndpoint[]

/** Starts a strict OpenID provider on 127.0.0.1 that misbehaves on command. */
export async function startOidcStandIn(options: OidcStandInOptions = {}): Promise<OidcStandIn> {
  const { clientId = 'proxy-client', clientSecret = 'sso secret/+&=%', issuerPath = '' } = options
  const server = createServer({ keepAliveTimeout: 0 })
  const { port, origin, open, close } = await listenOnLoopback(server, { port: options.port })
  const issuer = origin + issuerPath
  const base = issuerPath.replace(/\/$/, '')
  const urls = Object.fromEntries(
    endpoints.map((endpoint) => [endpoint, origin + base + paths[endpoint]]),
  ) as Record<OidcEndpoint, string>

  const requests: OidcRequest[] = []
  const counter = createCallCounter()
  const script: { now: OidcScript } = { now: {} }
  const context: StandInContext = {
    ...{ issuer, urls, publicClientId: 'terminal', behaviour: usualBehaviour(), usedAssertions: new Set() },
    client: {
      ...{ id: clientId, secret: clientSecret, publicKeyPem: options.clientPublicKeyPem },
      authentication: options.clientAuthentication ?? 'basic',
    },
    keys: createStandInKeys(options.algorithm ?? 'RS256'),
    ...{ book: createTokenBook(), devices: createDeviceCodes(), revoked: [], logouts: [] },
    idTokenFault(params) {
      const { idToken } = script.now
      return typeof idToken === 'function' ? idToken(counter.ordinalOf('token'), params) : idToken
    },
  }

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? error : String(error), 'OidcStandInFault')
      response.destroy()
    })
  })

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '', headers } = message
    const [path = '', query = ''] = target.split('?')
    const endpoint = endpoints.find((name) => path === `${base}${paths[name]}`)
    const body = method === 'POST' ? await readForm(message) : query
    const params = new URLSearchParams(body)
    const seen: OidcRequest = {
      ...{ endpoint: endpoint ?? 'other', method, target, headers, params, atMs: Date.now(), status: 0 },
    }
    requests.push(seen)
    response.setHeader('date', new Date(Date.now() + behaviour.dateOffsetSeconds * 1000).toUTCString())
    response.once('close', () => {
      seen.status = response.headersSent ? response.statusCode : 0
    })
    if (endpoint === undefined || body === undefined) return send(response, refused('not_found', 404))
    const calls = callsOf(endpoint, params)
    for (const name of calls) counter.count(name)
    for (const name of calls) await counter.held(name)
    const fault = faultOf(calls, params)
    if (fault !== undefined && isInPlace(fault)) {
      await commitFault(fault, response, '{}')
      return
    }
    const { authorization } = headers
    const right = answerOf(endpoint, { method, authorization, params }, fault)
    const whole = 'json' in right ? JSON.stringify(right.json) : ''
    if (await commitFault(fault, response, whole)) send(response, right)
  }

  function faultOf(calls: readonly OidcCall[], params: URLSearchParams): SsoFault | undefined {
    for (const name of calls) {
      const scripted = script.now[name]
      const fault = typeof scripted === 'function' ? scripted(counter.ordinalOf(name), params) : scripted
      if (fault !== undefined) return fault
    }
    return undefined
  }

  function answerOf(endpoint: OidcEndpoint, call: EndpointCall, fault: SsoFault | undefined): EndpointAnswer {
    switch (endpoint) {
      case 'discovery':
        return discovery(context)
      case 'keys':
        return keySet(context)
      case 'authorize':
        return authorize(context, call, fault)
      case 'token':
        return token(context, call)
      case 'userinfo':
        return userinfo(context, call)
      case 'introspection':
        return introspection(context, call)
      case 'revocation':
        return revocation(context, call)
      case 'deviceAuthorization':
        return authorizeDevice(context, call)
      case 'endSession':
        return endSession(context, call)
      default:
        return endpoint satisfies never
    }
  }

  const { behaviour, book, devices, keys, revoked, logouts, publicClientId } = context
  return {
    ...{ issuer, port, clientId, clientSecret, publicClientId, urls, requests, behaviour, revoked, logouts },
    ...{ scope: 'openid profile email groups', calls: counter.calls, given: book.given },
    ...{ mint: createMint(context), device: devices.people },
    behave: (change) => void Object.assign(behaviour, change),
    misbehave(next = {}) {
      script.now = next
      counter.restartOrdinals()
    },
    hold: counter.hold,
    callsReach: counter.reach,
    rotateKeys: ({ isOldWithdrawn = false } = {}) => keys.rotate(isOldWithdrawn),
    endToken: (given) => book.end(given),
    open,
    close,
  }
}

/** The names that a call goes by: the grant of the token endpoint first. */
function callsOf(endpoint: OidcEndpoint, params: URLSearchParams): OidcCall[] {
  if (endpoint !== 'token') return [endpoint]
  const grant = params.get('grant_type')
  if (grant === 'refresh_token') return ['refresh', 'token']
  return grant === deviceGrant ? ['devicePoll', 'token'] : ['token']
}

/** Tells whether a fault sends nothing of the right answer, so that the right answer is never made. */
function isInPlace(fault: SsoFault): boolean {
  if ('stall' in fault) return fault.stall === 'before-head'
  return !(
    'truncated' in fault ||
    'cutBody' in fault ||
    'delayMs' in fault ||
    'deny' in fault ||
    'extra' in fault
  )
}

function send(response: ServerResponse, answer: EndpointAnswer): void {
  if ('redirect' in answer) {
    response.writeHead(answer.status ?? 302, { location: answer.redirect, 'content-length': 0 }).end()
    return
  }
  const [status, type, text] =
    'page' in answer
      ? [200, 'text/html; charset=utf-8', `<!doctype html><title>SSO</title><p>${answer.page}</p>`]
      : [answer.status, 'application/json', JSON.stringify(answer.json)]
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    ...('json' in answer ? answer.headers : {}),
  })
  response.end(text)
}

/** @returns the body of a form; `undefined` for any other content type */
async function readForm(message: IncomingMessage): Promise<string | undefined> {
  const body = await text(message)
  const isForm = /^application\/x-www-form-urlencoded\b/.test(message.headers['content-type'] ?? '')
  return isForm ? body : undefined
}
