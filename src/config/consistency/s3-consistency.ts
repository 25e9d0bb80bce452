import type { BucketEndpoint, BucketStyle } from '../../s3/bucket-endpoint.ts'
import { readAwsHost, regionInHost } from '../schema/aws-host.ts'
import type { Values } from '../schema/config-schema.ts'
import { inStyle } from '../schema/endpoint.ts'
import { fillInEndpoint } from './fill-in-endpoint.ts'
import type { Findings } from './findings.ts'

type S3Values = NonNullable<Values['s3']>

/** Checks what options of S3 mean together; fills `s3.endpoint` in where a bucket is given by its name. */
export function checkS3(s3: S3Values, findings: Findings): void {
  checkKeys(s3, findings)
  const style = styleOf(s3)
  if (s3.endpoint === undefined) fillInEndpoint(s3, style, findings)
  else {
    checkUnused(s3, findings)
    if (style !== undefined) s3.endpoint = inStyle(s3.endpoint, style)
  }
  if (s3.endpoint !== undefined) checkHost(s3.endpoint, s3, findings)
  if (s3.healthcheckKey?.startsWith('/') === true)
    findings.warn(
      's3.healthcheckKey begins with a slash, which is then part of the key: it is served at //…, not at /…',
    )
}

/** The addressing style that the operator has set; `undefined` where the endpoint shows it. */
function styleOf({ addressingStyle }: S3Values): BucketStyle | undefined {
  return addressingStyle === 'auto' ? undefined : addressingStyle
}

function checkKeys(s3: S3Values, { sources, report }: Findings): void {
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

function checkUnused(s3: S3Values, { report, warn }: Findings): void {
  // Leaving the prefix out would serve more of the bucket than was meant.
  if (s3.keyPrefix !== undefined)
    report({
      path: 's3.keyPrefix',
      message: 'goes with s3.bucket; with s3.endpoint, put it at the end of that URL',
    })
  for (const name of ['bucket', 'endpointUrl'] as const)
    if (s3[name] !== undefined) warn(`s3.${name} is not used, because s3.endpoint is given`)
}

function checkHost(endpoint: BucketEndpoint, s3: S3Values, { report, warn }: Findings): void {
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
