import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { listenOnLoopback } from '../helpers/network/listen-on-loopback.ts'

export interface BenchSso {
  origin: string
  clientId: string
  clientSecret: string
  close(): void
}

/**
 * An SSO that signs everybody in at once, with the paths that s3proxy asks and the OpenID Connect discovery that
 * oauth2-proxy asks, so that both peers hold a session that came out of their own real login.
 */
export async function startSso(): Promise<BenchSso> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const [clientId, clientSecret] = ['bench', 'bench-secret']
  const nonces = new Map<string, string | null>()
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', origin)
    const json = (value: unknown) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    if (url.pathname === '/.well-known/openid-configuration') return json(discovery(origin))
    if (url.pathname === '/keys')
      return json({
        keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig', alg: 'RS256' }],
      })
    if (url.pathname === '/o/authorize/') {
      const code = randomBytes(16).toString('hex')
      nonces.set(code, url.searchParams.get('nonce'))
      const back = new URL(url.searchParams.get('redirect_uri') ?? '')
      back.searchParams.set('code', code)
      back.searchParams.set('state', url.searchParams.get('state') ?? '')
      return response.writeHead(302, { location: back.href }).end()
    }
    if (url.pathname === '/o/token/') {
      const body = await text(request)
      const nonce = nonces.get(new URLSearchParams(body).get('code') ?? '')
      const claims = {
        iss: origin,
        aud: clientId,
        sub: 'u-1',
        email: 'ada@example.org',
        email_verified: true,
      }
      const seconds = Math.floor(Date.now() / 1000)
      const times = { iat: seconds, exp: seconds + 36_000 }
      const id_token = jwt({ ...claims, ...times, ...(nonce ? { nonce } : {}) })
      return json({
        access_token: randomBytes(24).toString('hex'),
        token_type: 'Bearer',
        expires_in: 36_000,
        id_token,
      })
    }
    if (url.pathname === '/api/v1/user/me/') return json({ sub: 'u-1', email: 'ada@example.org' })
    return response.writeHead(404).end()
  })
  const jwt = (claims: object) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: 'bench' })}.${part(claims)}`
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`
  }
  const { origin, close } = await listenOnLoopback(server)
  return {
    origin,
    clientId,
    clientSecret,
    close,
  }
}

function discovery(origin: string) {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/o/authorize/`,
    token_endpoint: `${origin}/o/token/`,
    userinfo_endpoint: `${origin}/api/v1/user/me/`,
    jwks_uri: `${origin}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}
