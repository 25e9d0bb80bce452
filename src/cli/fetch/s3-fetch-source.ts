import { S3ProxyError } from '../../errors.ts'
import type { ObjectKey } from '../../object/key.ts'
import type { ObjectSource } from '../../object/object-source.ts'
import type { BucketEndpoint } from '../../s3/bucket-endpoint.ts'
import type { FetchSource } from './fetch-source.ts'
import { pickExpectation } from './verification.ts'

/** Makes one object of a bucket the source of a fetch. */
export function createS3FetchSource(
  source: ObjectSource,
  endpoint: BucketEndpoint,
  key: ObjectKey,
): FetchSource {
  return {
    server: 'S3',
    endpoint: endpoint.url,
    key,
    open: (request, record) => source.open({ ...request, key }, record),
    async expectation(etag, signal) {
      const result = await source.checksum({ key, etag, signal })
      if (result.kind === 'found') return pickExpectation(result.checksums)
      throw new S3ProxyError(
        'OBJECT_REPLACED',
        'the object was replaced while it was fetched: fetch it again',
      )
    },
  }
}
