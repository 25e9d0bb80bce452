import type { BucketStyle } from '../../s3/bucket-endpoint.ts'
import type { Values } from '../schema/config-schema.ts'
import { endpointOfBucket, trimSlashes } from '../schema/endpoint-of-bucket.ts'
import type { Findings } from './findings.ts'

type S3Values = NonNullable<Values['s3']>

/**
 * Makes `s3.endpoint` of the bucket's name and the options that go with it; reports why it cannot be made.
 *
 * @param style `undefined`: path style below `s3.endpointUrl`, and at AWS what TLS allows
 */
export function fillInEndpoint(s3: S3Values, style: BucketStyle | undefined, findings: Findings): void {
  const { sources, report } = findings
  if (s3.bucket === undefined) {
    report({
      path: 's3.endpoint',
      looksAt: ['s3.bucket'],
      message: 'is required: URL of the bucket (or s3.bucket, AWS_S3_BUCKET)',
    })
    return
  }
  const { bucket, prefixFrom } = splitBucket(s3, s3.bucket, findings)
  if (s3.endpointUrl === undefined && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    report({
      path: 's3.bucket',
      looksAt: ['s3.endpointUrl'],
      message:
        'expected the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens; any other name needs s3.endpointUrl (S3_ENDPOINT_URL)',
    })
    return
  }
  const { region, endpointUrl, keyPrefix } = s3
  if (region === undefined) return
  if (style === 'virtual' && !canBeHost(bucket, region, endpointUrl)) {
    report({
      path: 's3.addressingStyle',
      looksAt: ['s3.bucket', 's3.endpointUrl'],
      message:
        'virtual puts the bucket before the host: that needs a host name, and a bucket whose name can be part of one (at AWS without a dot, which no certificate covers)',
    })
    return
  }
  const endpoint = endpointOfBucket({ region, bucket, endpointUrl, keyPrefix, style })
  if (endpoint === undefined) {
    report({
      path: prefixFrom,
      looksAt: ['s3.bucket', 's3.endpointUrl'],
      message: 'expected a prefix without segments `.` and `..`, and without `\\`',
    })
    return
  }
  s3.endpoint = endpoint
  sources['s3.endpoint'] = 's3.bucket'
}

/** Takes `my-bucket/prefix` apart. @returns the bucket, and the option that its key prefix is from */
function splitBucket(
  s3: S3Values,
  given: string,
  { sources, report }: Findings,
): { bucket: string; prefixFrom: string } {
  const [bucket = '', ...rest] = given.split('/')
  const prefix = trimSlashes(rest.join('/'))
  s3.bucket = bucket
  if (prefix === '') return { bucket, prefixFrom: 's3.keyPrefix' }
  if (s3.keyPrefix !== undefined && trimSlashes(s3.keyPrefix) !== prefix)
    report({ path: 's3.keyPrefix', message: 'is another prefix than the one behind the bucket in s3.bucket' })
  s3.keyPrefix = prefix
  sources['s3.keyPrefix'] = sources['s3.bucket'] ?? ''
  return { bucket, prefixFrom: 's3.bucket' }
}

function canBeHost(bucket: string, region: string, endpointUrl: string | undefined): boolean {
  const isHostName = /^[a-z0-9](?:[a-z0-9-]|\.(?=[a-z0-9]))*$/.test(bucket)
  const isCovered = endpointUrl !== undefined || !bucket.includes('.')
  return (
    isHostName &&
    isCovered &&
    endpointOfBucket({ region, bucket, endpointUrl, style: 'virtual' }) !== undefined
  )
}
