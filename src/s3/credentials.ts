import { S3ProxyError, safeMessageOf } from '../errors.ts'
import type { Credentials } from './sigv4.ts'

export interface CredentialSource {
  /**
   * Returns the credentials that are valid now; called for every request to S3.
   *
   * @throws S3ProxyError `S3_CREDENTIALS` when the chain finds nothing
   */
  get(): Credentials | Promise<Credentials>
  /**
   * Asks the chain for other credentials: S3 refuses those that it has, whatever their own expiry says.
   *
   * @returns whether there may be others by now
   */
  renew(): boolean
}

export interface CredentialSettings {
  region: string
  accessKeyId?: string | undefined
  secretAccessKey?: string | undefined
  sessionToken?: string | undefined
}

/** The AWS chain, as the client of the SDK exposes it. */
export type CredentialChain = (options?: { forceRefresh?: boolean }) => Promise<ChainCredentials>

/** The chain renews credentials with an expiration ahead of it. */
export interface ChainCredentials extends Credentials {
  expiration?: Date
}

/** Least time between two requests for other credentials that S3's refusals cause. */
const renewalIntervalMs = 10_000
/** Interval for reading credentials without an expiration again: a shared credentials file may be replaced. */
const rereadIntervalMs = 2 * 60_000
/** Silence after which the chain is made anew: some providers have no timeout, and block all others. */
const silenceMs = 10_000

/**
 * The configured keys, or else the AWS default chain: environment, profile, web identity, the role of an ECS task or
 * EC2 instance. The SDK has the chain, and renews credentials that expire. It is loaded on demand, because loading it
 * takes longer than the rest of the start.
 */
export function createCredentialSource(
  settings: CredentialSettings,
  loadChain: () => Promise<CredentialChain> = () => loadSdkChain(settings.region),
  now: () => number = () => performance.now(),
  giveUpAfterMs = silenceMs,
): CredentialSource {
  const { accessKeyId, secretAccessKey, sessionToken } = settings
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const credentials = { accessKeyId, secretAccessKey, sessionToken }
    return { get: () => credentials, renew: () => false }
  }
  let chain: Promise<CredentialChain> | undefined
  let isExpired = false
  let renewedAtMs = Number.NEGATIVE_INFINITY
  let readAtMs = Number.NEGATIVE_INFINITY

  /** Reads credentials again in the background. The present ones stay in use until there are others. */
  function rereadSoon(ask: CredentialChain, { expiration }: ChainCredentials, isNew: boolean): void {
    if (isNew) readAtMs = now()
    else if (expiration === undefined && now() - readAtMs >= rereadIntervalMs) {
      readAtMs = now()
      ask({ forceRefresh: true }).catch(() => {})
    }
  }

  return {
    async get() {
      const options: { forceRefresh?: true } = isExpired ? { forceRefresh: true } : {}
      const isFirst = chain === undefined
      isExpired = false
      chain ??= loadChain()
      const asked = chain
      // Each request has a deadline of its own; later requests must not wait for the same silent chain.
      const forget = setTimeout(() => {
        if (chain === asked) chain = undefined
      }, giveUpAfterMs)
      try {
        const ask = await asked
        const credentials = await ask(options)
        rereadSoon(ask, credentials, isFirst || options.forceRefresh === true)
        return credentials
      } catch (error) {
        throw new S3ProxyError(
          'S3_CREDENTIALS',
          `no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role (${safeMessageOf(error)})`,
          { cause: error },
        )
      } finally {
        clearTimeout(forget)
      }
    },
    renew() {
      if (now() - renewedAtMs >= renewalIntervalMs) {
        renewedAtMs = now()
        isExpired = true
      }
      return true
    },
  }
}

async function loadSdkChain(region: string): Promise<CredentialChain> {
  const { S3Client } = await import('@aws-sdk/client-s3')
  // The client memoizes the chain and renews credentials before they expire. Without `ignoreCache`, providers that read
  // files never see them change.
  const options = { region, ignoreCache: true }
  return new S3Client(options).config.credentials as CredentialChain
}
