/** Facts that the host name of an endpoint at AWS tells. */
export interface AwsHost {
  /** Whether the host is that of one bucket or access point: domain style. */
  namesBucket: boolean
  /** `undefined` for hosts that serve several regions, such as `s3.amazonaws.com`. */
  region: string | undefined
}

/**
 * Takes the host name of an S3 endpoint at AWS apart: plain, dual-stack, FIPS, accelerated, of an access point or a
 * VPC endpoint.
 *
 * @returns `undefined` for any other host
 * @see https://docs.aws.amazon.com/general/latest/gr/s3.html
 */
export function readAwsHost(hostname: string): AwsHost | undefined {
  const match = /^(.+)\.(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu)$/.exec(hostname)
  if (match === null) return undefined
  const labels = (match[1] as string).split('.')
  // A bucket may be called s3-something too; the service is the last label of that kind.
  const service = labels.findLastIndex((label) => /^s3(?:express)?(?:-|$)/.test(label))
  if (service === -1) return undefined
  const before = labels.slice(0, service)
  const endpointOfVpc = before.at(-1)?.startsWith('vpce-') === true
  const bucket = endpointOfVpc ? before.slice(0, -1) : before
  // `bucket.vpce-1a2b3c4d.s3.eu-west-2.vpce.amazonaws.com` is the endpoint itself, by its literal name.
  const isEndpoint =
    endpointOfVpc && bucket.length === 1 && /^(?:bucket|accesspoint|control)$/.test(bucket[0] ?? '')
  return { namesBucket: bucket.length > 0 && !isEndpoint, region: regionOf(labels.slice(service)) }
}

/**
 * The region that stands behind `s3` in the host name of any S3 that follows the habit of AWS, such as
 * `s3.eu-central-1.wasabisys.com`.
 */
export function regionInHost(hostname: string): string | undefined {
  const labels = hostname.split('.')
  const service = labels.lastIndexOf('s3')
  return service === -1 ? undefined : regionOf(labels.slice(service))
}

function regionOf([service = '', ...rest]: string[]): string | undefined {
  const [next = ''] = rest.filter((label) => label !== 'dualstack')
  if (isRegion(next)) return next
  // The old form: `s3-eu-west-1.amazonaws.com`.
  const old = service.replace(/^s3-(?:website-|fips-)?/, '')
  return isRegion(old) ? old : undefined
}

function isRegion(label: string): boolean {
  return /^[a-z]{2,8}(?:-[a-z]+)+-\d{1,3}$/.test(label)
}
