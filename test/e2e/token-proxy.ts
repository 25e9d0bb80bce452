import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listenOnLoopback } from '../helpers/network/listen-on-loopback.ts'
import type { OpenidProvider } from '../helpers/sso/openid-provider/openid-provider-types.ts'

/** A server in the place of the proxy: it serves one object to everybody whose token the SSO calls active. */
export interface TokenProxy {
  readonly origin: string
  readonly requests: IncomingMessage[]
  /** Members of the metadata that differ. */
  metadata: Record<string, unknown>
  /** Breaks the connection after so many bytes of a body, as often as it says. */
  cut: { afterBytes: number; times: number }
  /** Answers in place of the object. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
  close(): void
}

interface StoredObject {
  body: Buffer
  etag: string
}

export async function startTokenProxy(
  sso: OpenidProvider,
  { body, etag }: StoredObject,
): Promise<TokenProxy> {
  const server = createServer((request, response) => void serve(request, response))
  const { origin, close } = await listenOnLoopback(server)
  const metadataPath = '/.well-known/oauth-protected-resource'
  const proxy: TokenProxy = {
    ...{ origin, requests: [], metadata: {}, cut: { afterBytes: 0, times: 0 }, answer: undefined },
    close,
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === metadataPath) {
      const usual = {
        resource: origin,
        authorization_servers: [sso.issuer],
        bearer_methods_supported: ['header'],
        scopes_supported: ['openid', 'email'],
        client_id: sso.clients.device.clientId,
      }
      response.end(JSON.stringify({ ...usual, ...proxy.metadata }))
      return
    }
    proxy.requests.push(request)
    if (proxy.answer !== undefined) {
      proxy.answer(request, response)
      return
    }
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined || !(await isActive(sso, token))) {
      const error = token === undefined ? '' : 'error="invalid_token", '
      const challenge = `Bearer realm="s3proxy", ${error}resource_metadata="${origin}${metadataPath}"`
      response.writeHead(401, { 'www-authenticate': challenge, 'content-type': 'text/plain' })
      response.end('401 Sign in. [LOGIN_REQUIRED]\n')
      return
    }
    sendObject(request, response)
  }

  function sendObject(request: IncomingMessage, response: ServerResponse): void {
    const { range, 'if-match': match, 'if-none-match': known } = request.headers
    if (known === etag) {
      response.writeHead(304, { etag }).end()
      return
    }
    if (match !== undefined && match !== etag) {
      response.writeHead(412).end()
      return
    }
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []
    const first = Number(from ?? 0)
    const last = to ? Math.min(Number(to), body.length - 1) : body.length - 1
    if (first >= body.length) {
      response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end()
      return
    }
    const bytes = body.subarray(first, last + 1)
    response.writeHead(from === undefined ? 200 : 206, {
      ...{ etag, 'content-length': bytes.length, 'content-type': 'application/pdf' },
      ...(from === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${body.length}` }),
    })
    if (proxy.cut.times-- > 0)
      response.write(bytes.subarray(0, proxy.cut.afterBytes), () => response.destroy())
    else response.end(request.method === 'HEAD' ? undefined : bytes)
  }

  return proxy
}

/** Asks the SSO whether it still stands by a token. @see RFC 7662 */
export async function isActive(sso: OpenidProvider, token: string): Promise<boolean> {
  const { clientId, clientSecret } = sso.clients.service
  const answer = await fetch(`${sso.issuer}/token/introspection`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ token }),
  })
  return ((await answer.json()) as { active?: boolean }).active === true
}
