/** The part of oidc-provider that the SSO of the tests uses. The package itself has no types. */
declare module 'oidc-provider' {
  import type { EventEmitter } from 'node:events'
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export interface Interaction {
    uid: string
    prompt: { name: string }
    params: Record<string, string | undefined>
  }

  export interface Grant {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  interface GrantContext {
    oidc: {
      provider: Provider
      client: { clientId: string }
      session: { accountId: string; grantIdFor(clientId: string): string | undefined }
      params: { scope?: string; grant_type?: string }
      /** The resources that were asked for, by their indicator. */
      resourceServers?: Record<string, unknown>
    }
  }

  /** The answer that a page of the provider is written into. */
  export interface PageContext {
    type: string
    body: string
  }

  export interface Client {
    readonly clientId: string
    readonly backchannelLogoutUri?: string
    /** Sends a logout token, and rejects unless the answer is 200 or 204. */
    backchannelLogout(accountId: string, sid: string | undefined): Promise<void>
  }

  export interface Adapter {
    upsert(id: string, payload: Record<string, unknown>, expiresInSeconds?: number): Promise<void>
    find(id: string): Promise<Record<string, unknown> | undefined>
    findByUid(uid: string): Promise<Record<string, unknown> | undefined>
    findByUserCode(userCode: string): Promise<Record<string, unknown> | undefined>
    consume(id: string): Promise<void>
    destroy(id: string): Promise<void>
    revokeByGrantId(grantId: string): Promise<void>
  }

  export interface Configuration {
    adapter: (model: string) => Adapter
    jwks: { keys: object[] }
    cookies: { keys: string[] }
    routes?: Record<string, string>
    scopes: string[]
    claims: Record<string, string[]>
    features: Record<string, { enabled: boolean; [option: string]: unknown }>
    ttl: Record<string, number>
    pkce: { required: (context: unknown, client: { clientAuthMethod: string }) => boolean }
    interactions: { url: (context: unknown, interaction: Interaction) => string }
    findAccount: (context: unknown, id: string) => { accountId: string; claims: () => object }
    loadExistingGrant: (context: GrantContext) => Promise<Grant | undefined>
    renderError: (context: PageContext, out: { error: string; error_description?: string }) => void
    [option: string]: unknown
  }

  export class Provider extends EventEmitter {
    constructor(issuer: string, configuration: Configuration)
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>
    readonly Grant: {
      new (properties: { accountId: string; clientId: string }): Grant
      find(id: string): Promise<Grant | undefined>
    }
    readonly Client: { find(id: string): Promise<Client | undefined> }
  }
}
