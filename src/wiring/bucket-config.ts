import type { Config } from '../config/schema/config-schema.ts'
import type { MountPlace } from '../mount/find-mount.ts'
import type { BucketEndpoint } from '../s3/bucket-endpoint.ts'

/** Everything that is configured about one bucket. */
export type BucketConfig = Omit<Config['s3'], 'healthcheckKey' | 'endpoint'> & { endpoint: BucketEndpoint }

/** A mount as it is configured. */
export interface ConfiguredMount extends MountPlace {
  /** `undefined` for the one bucket of a configuration without mounts. */
  readonly name: string | undefined
  readonly bucket: BucketConfig
}

/** Lists the mounts; without the section `mounts` there is one at `/`, from the section `s3`. */
export function configuredMounts({ s3, mounts }: Pick<Config, 's3' | 'mounts'>): ConfiguredMount[] {
  const { endpoint, parallelMemoryBytes, parallelPartBytes } = s3
  const named = Object.entries(mounts)
  if (named.length > 0)
    return named.map(([name, { path, host, ...mount }]) => ({
      ...{ name, path, host },
      bucket: { ...mount, parallelMemoryBytes, parallelPartBytes },
    }))
  if (endpoint === undefined) throw new TypeError('a configuration without a bucket')
  return [{ name: undefined, path: '/', bucket: { ...s3, endpoint } }]
}
