import type { Config } from '../config/schema/config-schema.ts'
import type { Log } from '../log/log.ts'
import type { ObjectSource } from '../object/object-source.ts'
import type { ConnectionPool } from '../s3/connection-pool.ts'
import { type CredentialSource, createCredentialSource } from '../s3/credentials.ts'
import { type BucketConfig, type ConfiguredMount, configuredMounts } from './bucket-config.ts'
import { createBucketSource } from './create-bucket-source.ts'
import { createS3Memory } from './create-s3-memory.ts'
import { createSharedOrigin, type SharedOrigin } from './create-shared-origin.ts'

/** The connections to S3, as far as other code counts and closes them. */
export type Connections = Pick<ConnectionPool, 'usage' | 'retire' | 'close'>

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
 * @param retries counts attempts that follow a failure
 */
export function createObjects(
  config: Pick<Config, 's3' | 'mounts'>,
  log: Log,
  userAgent: string,
  retries: Record<'head' | 'body', number> = { head: 0, body: 0 },
): Objects {
  const memory = createS3Memory(config.s3)
  const origins = new Map<string, SharedOrigin>()
  const allCredentials = new Map<string, CredentialSource>()
  const mounts = configuredMounts(config).map((mount) => {
    const { bucket } = mount
    const { isSecure, host } = bucket.endpoint.origin
    const origin = madeOnce(origins, `${isSecure} ${host}`, () => createSharedOrigin(bucket, memory))
    const credentials = madeOnce(allCredentials, keyOf(bucket), () => createCredentialSource(bucket))
    return { ...mount, source: createBucketSource(bucket, origin, { userAgent, log, retries, credentials }) }
  })
  return { mounts, connections: togetherOf([...origins.values()].map(({ pool }) => pool)) }
}

function keyOf({ region, accessKeyId, secretAccessKey, sessionToken }: BucketConfig): string {
  return JSON.stringify([region, accessKeyId, secretAccessKey, sessionToken])
}

function madeOnce<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}

function togetherOf(pools: readonly ConnectionPool[]): Connections {
  return {
    get usage() {
      const sum = { open: 0, idle: 0, waiting: 0 }
      for (const { usage } of pools) {
        sum.open += usage.open
        sum.idle += usage.idle
        sum.waiting += usage.waiting
      }
      return sum
    },
    retire() {
      for (const pool of pools) pool.retire()
    },
    close() {
      for (const pool of pools) pool.close()
    },
  }
}
