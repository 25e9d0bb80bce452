import type { BucketEndpoint, BucketStyle } from '../../s3/bucket-endpoint.ts'
import { uriEncodePath } from '../../s3/uri-encode.ts'
import { parseEndpoint } from './endpoint.ts'

export interface BucketName {
  region: string
  bucket: string
  endpointUrl?: string | undefined
  keyPrefix?: string | undefined
  /** `undefined`: path style below `endpointUrl`; at AWS virtual-hosted style, where TLS allows it. */
  style?: BucketStyle | undefined
}

/** Makes the endpoint of a bucket that is given by name; `undefined` when there can be no such URL. */
export function endpointOfBucket({ keyPrefix, ...name }: BucketName): BucketEndpoint | undefined {
  const root = rootOf(name)
  const prefix = trimSlashes(keyPrefix ?? '')
  const url = prefix === '' ? root : `${root}${uriEncodePath(prefix)}/`
  const endpoint = parseEndpoint(url)
  if (endpoint === undefined) return undefined
  // The prefix is known: everything before it is the path of the bucket.
  const end = prefix === '' ? 0 : prefix.length + 1
  const path = decodeURIComponent(endpoint.bucketPath) + endpoint.keyPrefix
  const bucketPath = path.slice(0, path.length - end)
  return { ...endpoint, bucketPath: uriEncodePath(bucketPath), keyPrefix: path.slice(bucketPath.length) }
}

/** A key prefix without the slashes around it, which people write or leave out. */
export function trimSlashes(prefix: string): string {
  return prefix.replace(/^\/+/, '').replace(/(?<!\/)\/+$/, '')
}

function rootOf({ region, bucket, endpointUrl, style }: Omit<BucketName, 'keyPrefix'>): string {
  if (endpointUrl !== undefined) {
    const root = endpointUrl.replace(/\/+$/, '')
    return style === 'virtual' ? `${root.replace('://', `://${bucket}.`)}/` : `${root}/${bucket}/`
  }
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  // A dot in the bucket's name is one more label than AWS's certificate covers.
  return (style ?? (bucket.includes('.') ? 'path' : 'virtual')) === 'path'
    ? `https://s3.${region}.${domain}/${bucket}/`
    : `https://${bucket}.s3.${region}.${domain}/`
}
