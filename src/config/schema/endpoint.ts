import { originOf } from '../../http/site.ts'
import type { BucketEndpoint, BucketStyle } from '../../s3/bucket-endpoint.ts'
import { uriEncodePath } from '../../s3/uri-encode.ts'
import { readAwsHost } from './aws-host.ts'
import { withoutTrailingDot } from './trailing-dot.ts'

export const expectedEndpoint =
  'expected the URL of a bucket, such as https://s3.eu-west-2.amazonaws.com/my-bucket/ or https://my-bucket.s3.eu-west-2.amazonaws.com/prefix/, without query, user or `..`'

const shape = /^(https?):\/\/([^/?#@\s]+)(\/[^?#\s]*)?$/i

/**
 * Takes the URL of a bucket apart: path or virtual-hosted style, with or without a key prefix. At AWS the host tells
 * the style. At any other host, the first segment of the path is taken for the bucket, where there is one.
 *
 * The path is kept to the byte (no `..` resolved, no `//` folded); a missing `/` at its end is added.
 *
 * @returns `undefined` when it is no such URL
 */
export function parseEndpoint(url: string): BucketEndpoint | undefined {
  const match = shape.exec(withoutTrailingDot(url))
  if (match === null) return undefined
  const isSecure = match[1]?.toLowerCase() === 'https'
  const root = `${originOf({ isSecure, host: match[2] ?? '' })}/`
  const path = decodePath(match[3] ?? '/')
  if (!URL.canParse(root) || path === undefined) return undefined
  const { hostname, port, host } = new URL(root)
  const origin = {
    isSecure,
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (isSecure ? 443 : 80) : Number(port),
    host,
  }
  const style = readAwsHost(origin.hostname)?.namesBucket === true ? 'virtual' : 'path'
  return { origin, ...splitPath(path, style), url }
}

/** Reads the path of an endpoint in the style that the operator has set. */
export function inStyle(endpoint: BucketEndpoint, style: BucketStyle): BucketEndpoint {
  return { ...endpoint, ...splitPath(decodeURIComponent(endpoint.bucketPath) + endpoint.keyPrefix, style) }
}

/** Splits a path into bucket and key prefix. A path without a first segment names no bucket, whatever the style. */
function splitPath(path: string, style: BucketStyle): Pick<BucketEndpoint, 'bucketPath' | 'keyPrefix'> {
  const [bucketPath = '/'] = (style === 'path' && /^\/[^/]+\//.exec(path)) || ['/']
  return { bucketPath: uriEncodePath(bucketPath), keyPrefix: path.slice(bucketPath.length) }
}

/** Decodes a path and ends it with `/`; `undefined` when a segment is `.` or `..`, or hides a separator. */
function decodePath(path: string): string | undefined {
  try {
    const segments = path.split('/').map((segment) => decodeURIComponent(segment))
    if (segments.some((segment) => /^\.\.?$|[\0/\\]/.test(segment))) return undefined
    const decoded = segments.join('/')
    return decoded.endsWith('/') ? decoded : `${decoded}/`
  } catch {
    return undefined
  }
}
