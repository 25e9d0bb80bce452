import { generateKeyPairSync } from 'node:crypto'
import type { SsoMemory } from '../oidc-sso/memory-adapter.ts'
import type { ClientName, ProviderClient } from './openid-provider-types.ts'

type Metadata = Readonly<Record<string, unknown>>

export interface ProviderClients {
  readonly clients: Readonly<Record<ClientName, ProviderClient>>
  /** Adds metadata to those of all web applications. */
  addToWebApplications(change: (metadata: Metadata) => Metadata): void
}

export interface ProviderClientsOptions {
  memory: SsoMemory
  clientSecret: string
  idTokenAlgorithm: string
  own: { [name in ClientName]?: Metadata }
}

/** Registers the clients, and registers them anew when their metadata change. */
export function createProviderClients({
  memory,
  clientSecret,
  idTokenAlgorithm,
  own,
}: ProviderClientsOptions): ProviderClients {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid: 'client-key', use: 'sig', alg: 'ES256' }
  const web = {
    redirect_uris: [],
    post_logout_redirect_uris: [],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    id_token_signed_response_alg: idTokenAlgorithm,
  }
  const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
  const metadata: Record<ClientName, Metadata> = {
    basic: { ...web, token_endpoint_auth_method: 'client_secret_basic', client_secret: clientSecret },
    post: { ...web, token_endpoint_auth_method: 'client_secret_post', client_secret: clientSecret },
    public: { ...web, token_endpoint_auth_method: 'none' },
    signed: { ...web, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicJwk] } },
    device: {
      ...web,
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/'],
      grant_types: [...web.grant_types, deviceGrant],
      token_endpoint_auth_method: 'none',
    },
    service: {
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: clientSecret,
    },
  }
  const names = Object.keys(metadata) as ClientName[]
  const register = () => {
    for (const name of names) {
      const id = idOf(name)
      memory.put('Client', id, {
        client_id: id,
        client_name: 'The file site',
        ...metadata[name],
        ...own[name],
      })
    }
  }
  register()
  const clientOf = (name: ClientName): ProviderClient => ({
    clientId: idOf(name),
    clientSecret: 'client_secret' in metadata[name] ? clientSecret : '',
    ...(name === 'signed' ? { privateKeyPem: `${privateKey.export({ type: 'pkcs8', format: 'pem' })}` } : {}),
  })
  return {
    clients: Object.fromEntries(names.map((name) => [name, clientOf(name)])) as Record<
      ClientName,
      ProviderClient
    >,
    addToWebApplications(change) {
      for (const name of ['basic', 'post', 'public', 'signed'] as const)
        metadata[name] = change(metadata[name])
      register()
    },
  }
}

function idOf(name: ClientName): string {
  return `client-${name}`
}
