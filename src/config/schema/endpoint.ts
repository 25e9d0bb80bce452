import type { BucketEndpoint } from '../../s3/bucket-endpoint.ts'
import { uriEncodePath } from '../../s3/uri-encode.ts'
import { withoutTrailingDot } from './trailing-dot.ts'

const shape = /^(https?):\/\/([^/?#@\s]+)(\/[^?#\s]*)?$/i

/** Zod's refinement of an endpoint URL. */
export function checkEndpoint(value: string, context: { addIssue(message: string): void }): void {
  if (parseEndpoint(value) === undefined) {
    context.addIssue(
      'expected the URL of a bucket, such as https://s3.eu-west-2.amazonaws.com/my-bucket/ or https://my-bucket.s3.eu-west-2.amazonaws.com/prefix/, without query, user or `..`',
    )
  }
}

/**
 * Takes the URL of a bucket apart: path or domain style, with or without a key prefix.
 *
 * The path is kept to the byte (no `..` resolved, no `//` folded) and brought into the spelling that is
 * signed; a missing `/` at its end is added.
 */
export function parseEndpoint(value: string): BucketEndpoint | undefined {
  const match = shape.exec(withoutTrailingDot(value))
  if (match === null) return undefined
  const isSecure = match[1]?.toLowerCase() === 'https'
  const root = `${isSecure ? 'https' : 'http'}://${match[2]}/`
  const path = canonicalPath(match[3] ?? '/')
  if (!URL.canParse(root) || path === undefined) return undefined
  const url = new URL(root)
  return {
    isSecure,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    host: url.host,
    basePath: path,
  }
}

export interface BucketName {
  region: string
  bucket: string
  endpointUrl?: string | undefined
  keyPrefix?: string | undefined
}

/** The endpoint of a bucket that is given by name: domain style on AWS where TLS allows it, else path style. */
export function endpointOfBucket({ region, bucket, endpointUrl, keyPrefix }: BucketName): string {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  // A dot in the bucket's name is one more label than AWS's certificate covers.
  const root =
    endpointUrl !== undefined
      ? `${endpointUrl.replace(/\/+$/, '')}/${bucket}/`
      : bucket.includes('.')
        ? `https://s3.${region}.${domain}/${bucket}/`
        : `https://${bucket}.s3.${region}.${domain}/`
  const prefix = uriEncodePath(trimSlashes(keyPrefix ?? ''))
  return prefix === '' ? root : `${root}${prefix}/`
}

/** A key prefix without the slashes around it, which people write or leave out. */
export function trimSlashes(prefix: string): string {
  return prefix.replace(/^\/+/, '').replace(/(?<!\/)\/+$/, '')
}

function canonicalPath(path: string): string | undefined {
  try {
    const segments = path.split('/').map((segment) => decodeURIComponent(segment))
    if (segments.some((segment) => /^\.\.?$|[\0/\\]/.test(segment))) return undefined
    const canonical = uriEncodePath(segments.join('/'))
    return canonical.endsWith('/') ? canonical : `${canonical}/`
  } catch {
    return undefined
  }
}
