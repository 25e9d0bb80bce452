import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Client, GrantContext, Provider } from 'oidc-provider'
import { listenOnLoopback } from '../../network/listen-on-loopback.ts'
import type { OidcEndpoint } from '../oidc-endpoint.ts'
import { answerSignIn, signInPath } from '../oidc-sso/answer-sign-in.ts'
import { loadProvider } from '../oidc-sso/load-provider.ts'
import { createSsoMemory, type SsoMemory } from '../oidc-sso/memory-adapter.ts'
import type { OpenidProvider, OpenidProviderOptions, SentLogout, TokenCall } from './openid-provider-types.ts'
import { createProviderClients } from './provider-clients.ts'
import { providerConfiguration, scope } from './provider-configuration.ts'
import { createSigningKeys } from './signing-keys.ts'
import { usualPeople } from './usual-people.ts'

const endpoints: Readonly<Record<string, OidcEndpoint>> = {
  '/.well-known/openid-configuration': 'discovery',
  '/jwks': 'keys',
  '/auth': 'authorize',
  '/token': 'token',
  '/me': 'userinfo',
  '/token/introspection': 'introspection',
  '/token/revocation': 'revocation',
  '/device/auth': 'deviceAuthorization',
  '/session/end': 'endSession',
}

/** Starts oidc-provider with all of its features. One page asks for a name, of `usualPeople` or any other, and any password. */
export async function startOpenidProvider(options: OpenidProviderOptions = {}): Promise<OpenidProvider> {
  const {
    clientSecret = 'secret-of-the-application',
    idTokenAlgorithm = 'RS256',
    clients: own = {},
  } = options
  const memory = createSsoMemory()
  const registered = createProviderClients({ memory, clientSecret, idTokenAlgorithm, own })
  const people = new Map(Object.entries({ ...usualPeople, ...options.people }))
  const keys = createSigningKeys()
  const cookieKey = randomBytes(32).toString('base64url')
  const calls = Object.fromEntries(Object.values(endpoints).map((name) => [name, 0])) as Record<
    OidcEndpoint,
    number
  >
  const tokenCalls: TokenCall[] = []
  const sentLogouts: SentLogout[] = []

  const server = createServer()
  const { port, origin: issuer, open, close } = await listenOnLoopback(server, { port: options.port })

  const OidcProvider = await loadProvider()
  const createProvider = () => {
    const made = new OidcProvider(
      issuer,
      providerConfiguration({ memory, keys: keys.keys, cookieKey, people, options }),
    )
    watch(made, tokenCalls, sentLogouts)
    return made
  }
  let provider = createProvider()
  let answer = provider.callback()
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    const endpoint = endpoints[path]
    if (endpoint !== undefined) calls[endpoint]++
    if (path.startsWith(signInPath)) void answerSignIn(provider, request, response)
    else void answer(request, response)
  })

  const { clients } = registered
  return {
    ...{ issuer, port, clients, scope, calls, tokenCalls, sentLogouts },
    ...{ clientId: clients.basic.clientId, clientSecret },
    allowRedirect: (uri) =>
      registered.addToWebApplications((known) => ({
        ...known,
        redirect_uris: [...(known.redirect_uris as string[]), uri],
      })),
    allowPostLogoutRedirect: (uri) =>
      registered.addToWebApplications((known) => ({
        ...known,
        post_logout_redirect_uris: [...(known.post_logout_redirect_uris as string[]), uri],
      })),
    sendLogoutTokensTo: (uri, isWithSid = true) =>
      registered.addToWebApplications((known) => ({
        ...known,
        backchannel_logout_uri: uri,
        backchannel_logout_session_required: isWithSid,
      })),
    setClaims: (person, claims) => void people.set(person, claims),
    async rotateKeys({ isOldWithdrawn = false } = {}) {
      keys.rotate(isOldWithdrawn)
      provider = createProvider()
      answer = provider.callback()
    },
    revokeTokens: () => memory.clear('AccessToken'),
    countRefreshTokens: () => memory.list('RefreshToken').length,
    revokeRefreshTokens: () => memory.clear('RefreshToken'),
    endSessions: () => memory.clear('Session'),
    signOut: (person) => signOut({ provider, memory, person, sentLogouts }),
    open,
    close,
  }
}

/** Notes what the provider tells of. */
function watch(provider: Provider, tokenCalls: TokenCall[], sentLogouts: SentLogout[]): void {
  const noteToken = ({ oidc }: GrantContext, error?: { error?: string; message: string }) =>
    tokenCalls.push({
      grantType: oidc.params?.grant_type ?? '',
      clientId: oidc.client?.clientId,
      ...(error === undefined ? {} : { error: error.error ?? error.message }),
    })
  provider.on('grant.success', (context: GrantContext) => noteToken(context))
  provider.on('grant.error', noteToken)
  provider.on('backchannel.success', (_context: unknown, client: Client, person: string, sid?: string) =>
    sentLogouts.push({ clientId: client.clientId, person, sid }),
  )
  provider.on(
    'backchannel.error',
    (_context: unknown, error: Error, client: Client, person: string, sid?: string) =>
      sentLogouts.push({ clientId: client.clientId, person, sid, error: error.message }),
  )
  // A fault of the server itself is a fault of the test.
  provider.on('server_error', (_context: unknown, error: Error) => process.emitWarning(error))
}

interface SignOutOptions {
  provider: Provider
  memory: SsoMemory
  person: string
  sentLogouts: SentLogout[]
}

async function signOut({ provider, memory, person, sentLogouts }: SignOutOptions): Promise<void> {
  const sessions = memory.list('Session').filter((session) => session.accountId === person)
  for (const session of sessions) {
    memory.remove(session)
    const authorizations = (session.authorizations ?? {}) as Record<string, { sid?: string }>
    for (const [clientId, { sid }] of Object.entries(authorizations)) {
      const client = await provider.Client.find(clientId)
      if (client?.backchannelLogoutUri === undefined) continue
      const sent: SentLogout = { clientId, person, sid }
      await client.backchannelLogout(person, sid).catch((error: Error) => {
        sent.error = error.message
      })
      sentLogouts.push(sent)
    }
  }
}
