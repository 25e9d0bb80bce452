import type { Config } from '../config/schema/config-schema.ts'
import { originOf } from '../http/site.ts'
import type { Log } from '../log/log.ts'
import { logOfMount } from '../log/log-of-mount.ts'
import type { ObjectSource } from '../object/object-source.ts'
import type { ConnectionPool } from '../s3/connection-pool.ts'
import { type CredentialSource, createCredentialSource } from '../s3/credentials.ts'
import type { OriginUsage } from '../telemetry/metrics.ts'
import type { RequestTally } from '../telemetry/request-tally.ts'
import { type BucketConfig, type ConfiguredMount, configuredMounts } from './bucket-config.ts'
import { createBucketSource } from './create-bucket-source.ts'
import { createS3Memory } from './create-s3-memory.ts'
import { createSharedOrigin, type SharedOrigin } from './create-shared-origin.ts'

/** The connections to S3, as far as other code counts and closes them. */
export interface Connections extends Pick<ConnectionPool, 'retire' | 'close'> {
  /** The use of the connections to each S3. */
  readonly usage: readonly OriginUsage[]
}

export interface Objects {
  mounts: (ConfiguredMount & { source: ObjectSource })[]
  /** The connections of all mounts. */
  connections: Connections
}

/**
 * Creates the S3 half of the program, which `fetch` uses by itself. Mounts at one S3 share its connections and its
 * budget of attempts, all mounts share the memory, and mounts with the same access key share what is known of it.
 *
 * @param userAgent the `user-agent` of requests to S3
 * @param countRetry counts an attempt that follows a failure
 */
export function createObjects(
  config: Pick<Config, 's3' | 'mounts'>,
  log: Log,
  userAgent: string,
  countRetry: RequestTally['countRetry'] = () => {},
): Objects {
  const memory = createS3Memory(config.s3)
  const origins = new Map<string, SharedOrigin & { name: string | undefined }>()
  const allCredentials = new Map<string, CredentialSource>()
  const mounts = configuredMounts(config).map((mount) => {
    const { name, bucket } = mount
    const url = originOf(bucket.endpoint.origin)
    const origin = madeOnce(origins, url, () => ({
      ...createSharedOrigin(bucket, memory),
      name: name === undefined ? undefined : url,
    }))
    const credentials = madeOnce(allCredentials, keyOf(bucket), () => createCredentialSource(bucket))
    const options = {
      ...{ userAgent, log: logOfMount(log, name), credentials },
      countRetry: (where: 'head' | 'body') => countRetry(name, where),
    }
    return { ...mount, source: createBucketSource(bucket, origin, options) }
  })
  return { mounts, connections: togetherOf([...origins.values()]) }
}

function keyOf({ region, accessKeyId, secretAccessKey, sessionToken }: BucketConfig): string {
  return JSON.stringify([region, accessKeyId, secretAccessKey, sessionToken])
}

function madeOnce<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}

function togetherOf(origins: readonly { pool: ConnectionPool; name: string | undefined }[]): Connections {
  return {
    get usage() {
      return origins.map(({ pool, name }) => ({ ...pool.usage, origin: name }))
    },
    retire() {
      for (const { pool } of origins) pool.retire()
    },
    close() {
      for (const { pool } of origins) pool.close()
    },
  }
}
