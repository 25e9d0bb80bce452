import { S3ProxyError } from '../errors.ts'
import type { IssuerMetadata } from './issuer-metadata.ts'
import { algorithms, clockToleranceSeconds } from './verify-jwt.ts'

type OpenidClient = typeof import('./openid-client.ts')
type Configuration = InstanceType<OpenidClient['Configuration']>

export interface OpenidClientOptions {
  metadata: IssuerMetadata
  clientId: string
  /** Makes the way in which the client authenticates: `(client) => client.ClientSecretBasic(secret)`. */
  authentication(client: OpenidClient): ReturnType<OpenidClient['None']>
  /** Asks in place of the library, which puts a bound on nothing. */
  ask(url: string, form: URLSearchParams, headers: Readonly<Record<string, string>>): Promise<Response>
}

/**
 * Makes a client of an issuer with openid-client, which is loaded with the first call: plain OAuth 2.0 never does. The
 * library checks neither signatures nor addresses here: `Issuer` has checked the addresses, and verifies tokens.
 */
export async function openidClient({
  metadata,
  clientId,
  authentication,
  ask,
}: OpenidClientOptions): Promise<{ client: OpenidClient; configuration: Configuration }> {
  const client = await import('./openid-client.ts')
  const server = { ...structuredClone(metadata), id_token_signing_alg_values_supported: [...algorithms] }
  const configuration = new client.Configuration(
    // The types of the library want lists that can be changed; the clone is one of its own.
    server as ConstructorParameters<OpenidClient['Configuration']>[0],
    clientId,
    { [client.clockTolerance]: clockToleranceSeconds },
    authentication(client),
  )
  client.allowInsecureRequests(configuration)
  configuration[client.customFetch] = (url, { body, headers }) =>
    ask(url, new URLSearchParams(String(body ?? '')), headers)
  return { client, configuration }
}

/** The failure of a call that brought no answer. The library makes it the cause of its own error. */
export function noAnswerIn(error: unknown): S3ProxyError | undefined {
  for (let one = error, depth = 0; one !== undefined && one !== null && depth < 5; depth++) {
    if (one instanceof S3ProxyError) return one
    one = (one as { cause?: unknown }).cause
  }
  return undefined
}
