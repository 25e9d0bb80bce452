import { messageOf, S3ProxyError } from '../errors.ts'
import type { Credentials } from './sigv4.ts'

/** Gives the credentials that are valid now; called for every request to S3. */
export type CredentialSource = () => Credentials | Promise<Credentials>

export interface CredentialSettings {
  region: string
  accessKeyId?: string | undefined
  secretAccessKey?: string | undefined
  sessionToken?: string | undefined
}

/**
 * The configured keys, or else the AWS default chain: environment, profile, web identity, the role of an ECS
 * task or EC2 instance. The chain belongs to the SDK, which also renews what expires; it is loaded only here,
 * because it costs more start-up time than everything else together.
 *
 * @throws S3ProxyError `S3_CREDENTIALS` when called and the chain finds nothing
 */
export function createCredentialSource(settings: CredentialSettings): CredentialSource {
  const { accessKeyId, secretAccessKey, sessionToken } = settings
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const credentials = { accessKeyId, secretAccessKey, sessionToken }
    return () => credentials
  }
  let chain: Promise<() => Promise<Credentials>> | undefined
  return async () => {
    chain ??= loadChain(settings.region)
    try {
      return await (await chain)()
    } catch (error) {
      throw new S3ProxyError(
        'S3_CREDENTIALS',
        `no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role (${messageOf(error)})`,
        { cause: error },
      )
    }
  }
}

async function loadChain(region: string): Promise<() => Promise<Credentials>> {
  const { S3Client } = await import('@aws-sdk/client-s3')
  // The client memoizes the chain and renews credentials before they expire.
  return new S3Client({ region }).config.credentials
}
