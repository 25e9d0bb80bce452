import type { BucketStyle } from '../../s3/bucket-endpoint.ts'
import type { Values } from '../schema/config-schema.ts'
import { endpointOfBucket, trimSlashes } from '../schema/endpoint-of-bucket.ts'
import type { Findings } from './findings.ts'

type S3Values = NonNullable<Values['s3']>

/**
 * Makes `endpoint` of the bucket's name and the options that go with it; reports why it cannot be made.
 *
 * @param section that the options stand in
 * @param style `undefined`: path style below `endpointUrl`, and at AWS what TLS allows
 */
export function fillInEndpoint(
  s3: S3Values,
  section: string,
  style: BucketStyle | undefined,
  findings: Findings,
): void {
  const { sources, report } = findings
  if (s3.bucket === undefined) {
    report({
      path: `${section}.endpoint`,
      looksAt: [`${section}.bucket`],
      message: `is required: URL of the bucket (or ${section}.bucket${section === 's3' ? ', AWS_S3_BUCKET' : ''})`,
    })
    return
  }
  const { bucket, prefixFrom } = splitBucket(s3, section, s3.bucket, findings)
  if (s3.endpointUrl === undefined && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    report({
      path: `${section}.bucket`,
      looksAt: [`${section}.endpointUrl`],
      message: `expected the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens; any other name needs ${section}.endpointUrl${section === 's3' ? ' (S3_ENDPOINT_URL)' : ''}`,
    })
    return
  }
  const { region, endpointUrl, keyPrefix } = s3
  if (region === undefined) return
  if (style === 'virtual' && !canBeHost(bucket, region, endpointUrl)) {
    report({
      path: `${section}.addressingStyle`,
      looksAt: [`${section}.bucket`, `${section}.endpointUrl`],
      message:
        'virtual puts the bucket before the host: that needs a host name, and a bucket whose name can be part of one (at AWS without a dot, which no certificate covers)',
    })
    return
  }
  const endpoint = endpointOfBucket({ region, bucket, endpointUrl, keyPrefix, style })
  if (endpoint === undefined) {
    report({
      path: prefixFrom,
      looksAt: [`${section}.bucket`, `${section}.endpointUrl`],
      message: 'expected a prefix without segments `.` and `..`, and without `\\`',
    })
    return
  }
  s3.endpoint = endpoint
  sources[`${section}.endpoint`] = `${section}.bucket`
}

/** Takes `my-bucket/prefix` apart. @returns the bucket, and the option that its key prefix is from */
function splitBucket(
  s3: S3Values,
  section: string,
  given: string,
  { sources, report }: Findings,
): { bucket: string; prefixFrom: string } {
  const [bucket = '', ...rest] = given.split('/')
  const prefix = trimSlashes(rest.join('/'))
  s3.bucket = bucket
  if (prefix === '') return { bucket, prefixFrom: `${section}.keyPrefix` }
  if (s3.keyPrefix !== undefined && trimSlashes(s3.keyPrefix) !== prefix)
    report({
      path: `${section}.keyPrefix`,
      message: `is another prefix than the one behind the bucket in ${section}.bucket`,
    })
  s3.keyPrefix = prefix
  sources[`${section}.keyPrefix`] = sources[`${section}.bucket`] ?? ''
  return { bucket, prefixFrom: `${section}.bucket` }
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
