import type { Configuration, GrantContext, PageContext } from 'oidc-provider'
import { signInPath } from '../oidc-sso/answer-sign-in.ts'
import type { SsoMemory } from '../oidc-sso/memory-adapter.ts'
import { errorPage, page } from '../oidc-sso/sign-in-page.ts'
import type { Claims, OpenidProviderOptions } from './openid-provider-types.ts'
import type { SigningKey } from './signing-keys.ts'
import { claimsOf } from './usual-people.ts'

export const scope = 'openid profile email groups offline_access'
const claimsOfScopes = {
  openid: ['sub'],
  profile: ['name', 'preferred_username'],
  email: ['email', 'email_verified'],
  groups: ['groups'],
}

export interface ProviderConfigurationOptions {
  memory: SsoMemory
  keys: readonly SigningKey[]
  cookieKey: string
  people: ReadonlyMap<string, Claims>
  options: OpenidProviderOptions
}

/**
 * The settings of the provider. A token for a resource (RFC 8707) is a JWT (RFC 9068) whose audience is the
 * indicator of the resource, with e-mail and groups of its person; any other token is opaque.
 */
export function providerConfiguration({
  memory,
  keys,
  cookieKey,
  people,
  options,
}: ProviderConfigurationOptions): Configuration {
  const { accessTokenSeconds = 3600, rotatesRefreshTokens = true, requiresPkce = true } = options
  return {
    adapter: memory.adapter,
    jwks: { keys: [...keys] },
    cookies: { keys: [cookieKey] },
    scopes: [...scope.split(' '), 'read', 'write'],
    claims: claimsOfScopes,
    conformIdTokenClaims: options.hasClaimsInIdToken !== true,
    features: featuresOf(accessTokenSeconds, options.hasNoDeviceFlow !== true),
    clientBasedCORS: () => false,
    // A client of a test listens on this machine, which the provider refuses to call by itself.
    fetch: (url: string, { dispatcher: _, ...rest }: RequestInit & { dispatcher?: unknown }) =>
      fetch(url, rest),
    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      AuthorizationCode: 60,
      DeviceCode: options.deviceCodeSeconds ?? 600,
      IdToken: options.idTokenSeconds ?? 3600,
      RefreshToken: options.refreshTokenSeconds ?? 86_400,
      Interaction: 3600,
      Session: options.sessionSeconds ?? 86_400,
      Grant: 86_400,
    },
    pkce: { required: (_context, { clientAuthMethod }) => requiresPkce || clientAuthMethod === 'none' },
    issueRefreshToken: async (_context: unknown, client: { grantTypeAllowed(grant: string): boolean }) =>
      options.hasNoRefreshTokens !== true && client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: rotatesRefreshTokens,
    extraTokenClaims(_context: unknown, { accountId }: { accountId?: string }) {
      if (accountId === undefined) return undefined
      const { email, email_verified, groups } = claimsOf(people, accountId)
      return { email, email_verified, groups }
    },
    interactions: { url: (_context, interaction) => `${signInPath}${interaction.uid}` },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...claimsOf(people, id) }),
    }),
    loadExistingGrant: grantEverything,
    renderError(context, out) {
      context.type = 'html'
      context.body = errorPage(out.error, out.error_description)
    },
  }
}

function featuresOf(accessTokenSeconds: number, hasDeviceFlow: boolean): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: true },
    clientCredentials: { enabled: true },
    revocation: {
      enabled: true,
      allowedPolicy: (_context: unknown, client: Owned, token: Owned) => token.clientId === client.clientId,
    },
    introspection: { enabled: true, allowedPolicy: () => true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context: PageContext, form: string) =>
        show(context, 'Sign out?', form, button('op.logoutForm', 'logout', 'Sign out')),
      postLogoutSuccessSource: (context: PageContext) => show(context, 'You are signed out'),
    },
    deviceFlow: {
      enabled: hasDeviceFlow,
      userCodeInputSource: (context: PageContext, form: string) =>
        show(context, 'Which code?', form, button('op.deviceInputForm', 'next', 'Continue')),
      userCodeConfirmSource: (
        context: PageContext,
        form: string,
        _client: unknown,
        _info: unknown,
        code: string,
      ) =>
        show(
          context,
          `Is it ${code}?`,
          form,
          button('op.deviceConfirmForm', 'next', 'Continue'),
          button('op.deviceConfirmForm', 'abort', 'Cancel'),
        ),
      successSource: (context: PageContext) => show(context, 'The program is signed in'),
    },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_context: unknown, resource: string) => ({
        scope: `${scope} read write`,
        audience: resource,
        accessTokenTTL: accessTokenSeconds,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  }
}

interface Owned {
  clientId: string
}

/** Signing in counts as consent, so nobody is asked a second question. */
async function grantEverything({ oidc }: GrantContext) {
  const { client, session, params, provider, resourceServers = {} } = oidc
  const id = session.grantIdFor(client.clientId)
  const known = id === undefined ? undefined : await provider.Grant.find(id)
  const grant = known ?? new provider.Grant({ accountId: session.accountId, clientId: client.clientId })
  grant.addOIDCScope(params.scope ?? '')
  for (const resource of Object.keys(resourceServers)) grant.addResourceScope(resource, params.scope ?? '')
  await grant.save()
  return grant
}

function show(context: PageContext, title: string, ...html: string[]): void {
  context.type = 'html'
  context.body = page(title, html.join('\n'))
}

function button(form: string, name: string, text: string): string {
  return `<button form="${form}" name="${name}" value="yes">${text}</button>`
}
