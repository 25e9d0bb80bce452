import type { Report } from './consistency.ts'
import { readAwsHost, regionInHost } from './schema/aws-host.ts'
import { type BucketName, endpointOfBucket, parseEndpoint, trimSlashes } from './schema/endpoint.ts'

type S3Values = Record<string, unknown>

/** Checks what options of S3 mean together; fills `s3.endpoint` in where a bucket is given by its name. */
export function checkS3(
  s3: S3Values,
  sources: Record<string, string>,
  report: Report,
  warnings: string[],
): void {
  checkKeys(s3, sources, report)
  if (s3.endpoint === undefined) fillInEndpoint(s3, sources, report)
  else checkUnused(s3, report, warnings)
  if (typeof s3.endpoint === 'string') checkHost(s3.endpoint, s3.region, report, warnings)
  if (String(s3.healthcheckKey ?? '').startsWith('/'))
    warnings.push(
      's3.healthcheckKey begins with a slash, which is then part of the key: it is served at //…, not at /…',
    )
}

function checkKeys(s3: S3Values, sources: Record<string, string>, report: Report): void {
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

function checkUnused(s3: S3Values, report: Report, warnings: string[]): void {
  // Leaving the prefix out would serve more of the bucket than was meant.
  if (s3.keyPrefix !== undefined)
    report({
      path: 's3.keyPrefix',
      message: 'goes with s3.bucket; with s3.endpoint, put it at the end of that URL',
    })
  for (const name of ['bucket', 'endpointUrl'])
    if (s3[name] !== undefined) warnings.push(`s3.${name} is not used, because s3.endpoint is given`)
}

function fillInEndpoint(s3: S3Values, sources: Record<string, string>, report: Report): void {
  if (s3.bucket === undefined) {
    report({
      path: 's3.endpoint',
      looksAt: ['s3.bucket'],
      message: 'is required: URL of the bucket (or s3.bucket, AWS_S3_BUCKET)',
    })
    return
  }
  const prefixFrom = splitBucket(s3, sources, report)
  if (s3.endpointUrl === undefined && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(String(s3.bucket))) {
    report({
      path: 's3.bucket',
      looksAt: ['s3.endpointUrl'],
      message:
        'expected the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens; any other name needs s3.endpointUrl (S3_ENDPOINT_URL)',
    })
    return
  }
  if (s3.region === undefined) return
  const endpoint = endpointOfBucket(s3 as unknown as BucketName)
  if (parseEndpoint(endpoint) === undefined)
    report({
      path: prefixFrom,
      looksAt: ['s3.bucket', 's3.endpointUrl'],
      message: 'expected a prefix without segments `.` and `..`, and without `\\`',
    })
  s3.endpoint = endpoint
  sources['s3.endpoint'] = 's3.bucket'
}

/** A bucket may bring its key prefix along, as `my-bucket/prefix`. @returns the option that the prefix is from */
function splitBucket(s3: S3Values, sources: Record<string, string>, report: Report): string {
  const [bucket = '', ...rest] = String(s3.bucket).split('/')
  const prefix = trimSlashes(rest.join('/'))
  s3.bucket = bucket
  if (prefix === '') return 's3.keyPrefix'
  if (s3.keyPrefix !== undefined && trimSlashes(String(s3.keyPrefix)) !== prefix)
    report({ path: 's3.keyPrefix', message: 'is another prefix than the one behind the bucket in s3.bucket' })
  s3.keyPrefix = prefix
  sources['s3.keyPrefix'] = sources['s3.bucket'] ?? ''
  return 's3.bucket'
}

function checkHost(text: string, region: unknown, report: Report, warnings: string[]): void {
  const endpoint = parseEndpoint(text)
  if (endpoint === undefined) return
  const aws = readAwsHost(endpoint.hostname)
  const isWithoutBucket = endpoint.basePath === '/' && aws?.namesBucket !== true
  if (isWithoutBucket && aws !== undefined)
    report({
      path: 's3.endpoint',
      message:
        'names no bucket, so that every bucket of the credentials would be served: put the bucket behind it, as in https://s3.eu-west-2.amazonaws.com/my-bucket/',
    })
  else if (isWithoutBucket)
    warnings.push(
      's3.endpoint has no bucket in its path: unless its host is that of one bucket, every bucket of the credentials is served',
    )
  // Some stores take any region, so this is no problem by itself; AWS refuses such a signature.
  const named = aws === undefined ? regionInHost(endpoint.hostname) : aws.region
  if (named !== undefined && region !== undefined && named !== region)
    warnings.push(`s3.region is another region than the host of s3.endpoint names, which is ${named}`)
}
