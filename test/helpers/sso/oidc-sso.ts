import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import { listenOnLoopback } from '../network/listen-on-loopback.ts'
import { answerSignIn, signInPath } from './oidc-sso/answer-sign-in.ts'
import { loadProvider } from './oidc-sso/load-provider.ts'
import { createSsoMemory, type SsoMemory } from './oidc-sso/memory-adapter.ts'
import { errorPage } from './oidc-sso/sign-in-page.ts'

export interface OidcSsoOptions {
  /** 0, the default, takes a free one. */
  port?: number
  clientId?: string
  clientSecret?: string
  redirectUris?: string[]
  /** Metadata of the client that differ from those of one whose secret comes in the form. */
  client?: Readonly<Record<string, unknown>>
  /** The groups of people, by the name that they sign in with. Without it, nobody's groups are told. */
  groups?: Readonly<Record<string, readonly string[]>>
  /** Where its pages are; at those of the SSO of the original unless given. */
  paths?: OidcPaths
}

export interface OidcPaths {
  authorize: string
  token: string
  me: string
}

export interface OidcSso {
  /** For `sso.url`; the scope there must be `scope`. */
  readonly url: string
  readonly port: number
  readonly clientId: string
  readonly clientSecret: string
  /** For `sso.scope`: without `openid`, this SSO does not say who a token belongs to. */
  readonly scope: string
  /** Requests so far. */
  readonly counters: { authorize: number; token: number; me: number }
  /** Registers one more callback, for a proxy whose port was not known before. */
  allowRedirect(redirectUri: string): void
  /** Every access token so far becomes invalid: `me` answers 401. */
  revokeTokens(): void
  /** Everybody must sign in again, with name and password. */
  endSessions(): void
  close(): Promise<void>
}

const scope = 'openid read write'
const usualPaths: OidcPaths = { authorize: '/o/authorize/', token: '/o/token/', me: '/api/v1/user/me/' }

/**
 * A certified authorization server on 127.0.0.1: PKCE is required, the client secret comes in the form unless told
 * otherwise, and one page asks for a name and any password.
 */
export async function startOidcSso(options: OidcSsoOptions = {}): Promise<OidcSso> {
  const {
    clientId = 's3proxy-test',
    clientSecret = 'secret-of-the-application',
    client = {},
    groups,
    paths = usualPaths,
  } = options
  const redirectUris = new Set(options.redirectUris)
  const counters = { authorize: 0, token: 0, me: 0 }
  const memory = createSsoMemory()
  const register = () =>
    memory.put('Client', clientId, {
      client_id: clientId,
      client_secret: clientSecret,
      client_name: 'The file site',
      redirect_uris: [...redirectUris],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_post',
      id_token_signed_response_alg: 'ES256',
      ...client,
    })
  register()

  const server = createServer()
  const { port, origin, close } = await listenOnLoopback(server, { port: options.port })
  const url = `${origin}/`

  const provider = await createProvider(url.slice(0, -1), memory, paths, groups)
  const answer = provider.callback()
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    for (const name of ['authorize', 'token', 'me'] as const) if (path === paths[name]) counters[name]++
    if (path.startsWith(signInPath)) void answerSignIn(provider, request, response)
    else void answer(request, response)
  })

  return {
    ...{ url, port, clientId, clientSecret, scope, counters },
    allowRedirect(redirectUri) {
      redirectUris.add(redirectUri)
      register()
    },
    revokeTokens: () => memory.clear('AccessToken'),
    endSessions: () => memory.clear('Session'),
    close,
  }
}

async function createProvider(
  issuer: string,
  memory: SsoMemory,
  paths: OidcPaths,
  groups: OidcSsoOptions['groups'],
): Promise<Provider> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const OidcProvider = await loadProvider()
  const provider = new OidcProvider(issuer, {
    adapter: memory.adapter,
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    routes: { authorization: paths.authorize, token: paths.token, userinfo: paths.me },
    scopes: ['openid', 'read', 'write'],
    claims: { openid: ['sub', 'email', 'groups'] },
    features: { devInteractions: { enabled: false } },
    clientBasedCORS: () => false,
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      IdToken: 3600,
      Interaction: 3600,
      Session: 86_400,
      Grant: 86_400,
    },
    pkce: { required: () => true },
    interactions: { url: (_context, interaction) => `${signInPath}${interaction.uid}` },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: `${id}@example.com`,
        ...(groups === undefined ? {} : { groups: groups[id] ?? [] }),
      }),
    }),
    // Signing in counts as consent, so nobody is asked a second question.
    async loadExistingGrant({ oidc }) {
      const { client, session, params } = oidc
      const id = session.grantIdFor(client.clientId)
      const known = id === undefined ? undefined : await oidc.provider.Grant.find(id)
      const grant =
        known ?? new oidc.provider.Grant({ accountId: session.accountId, clientId: client.clientId })
      grant.addOIDCScope(params.scope ?? '')
      await grant.save()
      return grant
    },
    renderError(context, out) {
      context.type = 'html'
      context.body = errorPage(out.error, out.error_description)
    },
  })
  // A fault of the server itself is a fault of the test.
  provider.on('server_error', (_context: unknown, error: Error) => process.emitWarning(error))
  return provider
}
