import type { BucketEndpoint, BucketStyle } from '../s3/bucket-endpoint.ts'
import type { Check } from './check.ts'
import { readAwsHost, regionInHost } from './schema/aws-host.ts'
import { inStyle } from './schema/endpoint.ts'
import { endpointOfBucket, trimSlashes } from './schema/endpoint-of-bucket.ts'
import type { Values } from './schema.ts'

type S3Values = NonNullable<Values['s3']>

/** Checks what options of S3 mean together; fills `s3.endpoint` in where a bucket is given by its name. */
export function checkS3(s3: S3Values, check: Check): void {
  checkKeys(s3, check)
  if (s3.endpoint === undefined) fillInEndpoint(s3, check)
  else {
    checkUnused(s3, check)
    const style = styleOf(s3)
    if (style !== undefined) s3.endpoint = inStyle(s3.endpoint, style)
  }
  if (s3.endpoint !== undefined) checkHost(s3.endpoint, s3, check)
  if (s3.healthcheckKey?.startsWith('/') === true)
    check.warn(
      's3.healthcheckKey begins with a slash, which is then part of the key: it is served at //…, not at /…',
    )
}

/** @returns `undefined` where the endpoint itself tells */
function styleOf({ addressingStyle }: S3Values): BucketStyle | undefined {
  return addressingStyle === 'auto' ? undefined : addressingStyle
}

function checkKeys(s3: S3Values, { sources, report }: Check): void {
  const hasId = s3.accessKeyId !== undefined
  const [path, other] = hasId
    ? ['s3.secretAccessKey', 's3.accessKeyId']
    : ['s3.accessKeyId', 's3.secretAccessKey']
  if (hasId !== (s3.secretAccessKey !== undefined))
    report({
      path,
      looksAt: [other],
      message: 'is required when the other half of the access key is given: both or none',
    })
  if (!hasId && s3.secretAccessKey === undefined) sources['s3.accessKeyId'] = 'AWS default chain'
}

function checkUnused(s3: S3Values, { report, warn }: Check): void {
  // Leaving the prefix out would serve more of the bucket than was meant.
  if (s3.keyPrefix !== undefined)
    report({
      path: 's3.keyPrefix',
      message: 'goes with s3.bucket; with s3.endpoint, put it at the end of that URL',
    })
  for (const name of ['bucket', 'endpointUrl'] as const)
    if (s3[name] !== undefined) warn(`s3.${name} is not used, because s3.endpoint is given`)
}

function fillInEndpoint(s3: S3Values, check: Check): void {
  const { sources, report } = check
  if (s3.bucket === undefined) {
    report({
      path: 's3.endpoint',
      looksAt: ['s3.bucket'],
      message: 'is required: URL of the bucket (or s3.bucket, AWS_S3_BUCKET)',
    })
    return
  }
  const { bucket, prefixFrom } = splitBucket(s3, s3.bucket, check)
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
  const style = styleOf(s3)
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

/** A bucket may bring its key prefix along, as `my-bucket/prefix`. @returns the option that the prefix is from too */
function splitBucket(
  s3: S3Values,
  given: string,
  { sources, report }: Check,
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

function checkHost(endpoint: BucketEndpoint, s3: S3Values, { report, warn }: Check): void {
  const { origin, bucketPath, keyPrefix } = endpoint
  const { region } = s3
  const style = styleOf(s3)
  const aws = readAwsHost(origin.hostname)
  const isWithoutBucket = bucketPath + keyPrefix === '/' && aws?.namesBucket !== true
  if (aws !== undefined && style !== undefined && aws.namesBucket !== (style === 'virtual'))
    report({
      path: 's3.addressingStyle',
      looksAt: ['s3.endpoint'],
      message: `${style} contradicts the host of s3.endpoint, which names ${aws.namesBucket ? 'the bucket' : 'no bucket'}: leave it out, at AWS the host tells`,
    })
  else if (aws === undefined && style === 'path' && bucketPath === '/')
    report({ path: 's3.endpoint', message: 'names no bucket in its path, as s3.addressingStyle path needs' })
  else if (isWithoutBucket && aws !== undefined)
    report({
      path: 's3.endpoint',
      message:
        'names no bucket, so that every bucket of the credentials would be served: put the bucket behind it, as in https://s3.eu-west-2.amazonaws.com/my-bucket/',
    })
  else if (isWithoutBucket && style !== 'virtual')
    warn(
      's3.endpoint has no bucket in its path: unless its host is that of one bucket, every bucket of the credentials is served',
    )
  // Some stores take any region, so this is no problem by itself; AWS refuses such a signature.
  const named = aws === undefined ? regionInHost(origin.hostname) : aws.region
  if (named !== undefined && region !== undefined && named !== region)
    warn(`s3.region is another region than the host of s3.endpoint names, which is ${named}`)
}
