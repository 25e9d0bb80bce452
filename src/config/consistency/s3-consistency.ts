import type { BucketEndpoint, BucketStyle } from '../../s3/bucket-endpoint.ts'
import { readAwsHost, regionInHost } from '../schema/aws-host.ts'
import type { Values } from '../schema/config-schema.ts'
import { inStyle } from '../schema/endpoint.ts'
import { fillInEndpoint } from './fill-in-endpoint.ts'
import type { Findings } from './findings.ts'

type S3Values = NonNullable<Values['s3']>

/**
 * Checks what options of S3 mean together; fills `endpoint` in where a bucket is given by its name.
 *
 * @param section that the options stand in: `s3`, or `mounts.NAME`
 * @param needsBucket whether a bucket has to be named
 */
export function checkS3(s3: S3Values, section: string, findings: Findings, needsBucket = true): void {
  checkKeys(s3, section, findings)
  const style = styleOf(s3)
  if (s3.endpoint === undefined) {
    if (needsBucket || s3.bucket !== undefined) fillInEndpoint(s3, section, style, findings)
  } else {
    checkUnused(s3, section, findings)
    if (style !== undefined) s3.endpoint = inStyle(s3.endpoint, style)
  }
  if (s3.endpoint !== undefined) checkHost(s3.endpoint, s3, section, findings)
  if (s3.healthcheckKey?.startsWith('/') === true)
    findings.warn(
      `${section}.healthcheckKey begins with a slash, which is then part of the key: it is served at //…, not at /…`,
    )
}

/** The addressing style that the operator has set; `undefined` where the endpoint shows it. */
function styleOf({ addressingStyle }: S3Values): BucketStyle | undefined {
  return addressingStyle === 'auto' ? undefined : addressingStyle
}

function checkKeys(s3: S3Values, section: string, { sources, report }: Findings): void {
  const hasId = s3.accessKeyId !== undefined
  const [path, other] = hasId
    ? [`${section}.secretAccessKey`, `${section}.accessKeyId`]
    : [`${section}.accessKeyId`, `${section}.secretAccessKey`]
  if (hasId !== (s3.secretAccessKey !== undefined))
    report({
      path,
      looksAt: [other],
      message: 'is required when the other half of the access key is given: both or none',
    })
  if (!hasId && s3.secretAccessKey === undefined) sources[`${section}.accessKeyId`] = 'AWS default chain'
}

function checkUnused(s3: S3Values, section: string, { report, warn }: Findings): void {
  // Leaving the prefix out would serve more of the bucket than was meant.
  if (s3.keyPrefix !== undefined)
    report({
      path: `${section}.keyPrefix`,
      message: `goes with ${section}.bucket; with ${section}.endpoint, put it at the end of that URL`,
    })
  for (const name of ['bucket', 'endpointUrl'] as const)
    if (s3[name] !== undefined) warn(`${section}.${name} is not used, because ${section}.endpoint is given`)
}

function checkHost(
  endpoint: BucketEndpoint,
  s3: S3Values,
  section: string,
  { report, warn }: Findings,
): void {
  const { origin, bucketPath, keyPrefix } = endpoint
  const { region } = s3
  const style = styleOf(s3)
  const aws = readAwsHost(origin.hostname)
  const isWithoutBucket = bucketPath + keyPrefix === '/' && aws?.namesBucket !== true
  if (aws !== undefined && style !== undefined && aws.namesBucket !== (style === 'virtual'))
    report({
      path: `${section}.addressingStyle`,
      looksAt: [`${section}.endpoint`],
      message: `${style} contradicts the host of ${section}.endpoint, which names ${aws.namesBucket ? 'the bucket' : 'no bucket'}: leave it out, at AWS the host tells`,
    })
  else if (aws === undefined && style === 'path' && bucketPath === '/')
    report({
      path: `${section}.endpoint`,
      message: `names no bucket in its path, as ${section}.addressingStyle path needs`,
    })
  else if (isWithoutBucket && aws !== undefined)
    report({
      path: `${section}.endpoint`,
      message:
        'names no bucket, so that every bucket of the credentials would be served: put the bucket behind it, as in https://s3.eu-west-2.amazonaws.com/my-bucket/',
    })
  else if (isWithoutBucket && style !== 'virtual')
    warn(
      `${section}.endpoint has no bucket in its path: unless its host is that of one bucket, every bucket of the credentials is served`,
    )
  // Some stores take any region, so this is no problem by itself; AWS refuses such a signature.
  const named = aws === undefined ? regionInHost(origin.hostname) : aws.region
  if (named !== undefined && region !== undefined && named !== region)
    warn(`${section}.region is another region than the host of ${section}.endpoint names, which is ${named}`)
}
