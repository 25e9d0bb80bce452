import { S3ProxyError, safeMessageOf } from '../errors.ts'
import type { Credentials } from './sigv4.ts'

export interface CredentialSource {
  /**
   * Gives the credentials that are valid now; called for every request to S3.
   *
   * @throws S3ProxyError `S3_CREDENTIALS` when the chain finds nothing
   */
  get(): Credentials | Promise<Credentials>
  /**
   * S3 does not take the credentials any more, whatever their own expiry says.
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

/** The AWS chain as the SDK's client has it. */
export type CredentialChain = (options?: { forceRefresh?: boolean }) => Promise<ChainCredentials>

/** The chain renews what expires, before it does. */
export interface ChainCredentials extends Credentials {
  expiration?: Date
}

/** Providers of credentials are asked out of turn at most so often. */
const renewalIntervalMs = 10_000
/** What does not expire may be replaced all the same: a shared credentials file is read again so often. */
const rereadIntervalMs = 2 * 60_000
/** A chain that is silent for so long never answers: some of its providers have no time limit, and all wait for them. */
const silenceMs = 10_000

/**
 * The configured keys, or else the AWS default chain: environment, profile, web identity, the role of an ECS
 * task or EC2 instance. The chain belongs to the SDK, which also renews what expires; it is loaded only here,
 * because it costs more start-up time than everything else together.
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

  /** Those that there are go on being used meanwhile, and afterwards where there are no others. */
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
      // Who waits has a deadline of its own; who comes after is not to wait for the same silence.
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
  // The client memoizes the chain and renews credentials before they expire. `ignoreCache` is an option of the providers
  // that read files, which else never see them change.
  const options = { region, ignoreCache: true }
  return new S3Client(options).config.credentials as CredentialChain
}
