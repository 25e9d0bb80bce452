import { uriEncodePath } from '../s3/uri-encode.ts'

/** The name of an object below the endpoint's prefix, exactly as in S3: any Unicode text. */
export type ObjectKey = string & { readonly brand: 'ObjectKey' }

const plainPath = /^[A-Za-z0-9\-._~/]*$/
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Turns a request path into the key that it names, percent-decoded once and not normalised.
 *
 * @param path as received byte for byte (latin1), starting with `/`, without the query
 * @returns `undefined` where an escape is broken, the bytes are not UTF-8, or some program could read the key as a way
 *   out of the prefix: a segment `.` or `..` between `/` or `\`, or a NUL
 * @see RFC 3986 section 2.1
 */
export function toObjectKey(path: string): ObjectKey | undefined {
  const encoded = path.slice(1)
  const text = plainPath.test(encoded) ? encoded : decode(encoded)
  return text === undefined ? undefined : checkKey(text)
}

/** Does the same check for a key of an operator, which is not percent-encoded. */
export function checkKey(text: string): ObjectKey | undefined {
  if (text.includes('\0') || !text.isWellFormed()) return undefined
  if (text.includes('.') && text.split(/[/\\]/).some((segment) => segment === '.' || segment === '..'))
    return undefined
  return text as ObjectKey
}

/**
 * Takes the path of a mount off a path, which leaves the key to the byte.
 *
 * @param path decoded and checked, below the host
 * @param mountPath begins and ends with `/`; `path` is below it
 */
export function keyBelow(path: ObjectKey, mountPath: string): ObjectKey {
  return mountPath === '/' ? path : (path.slice(mountPath.length - 1) as ObjectKey)
}

/** Spells the key for the target of a request to S3. */
export function toWireKey(key: ObjectKey): string {
  return plainPath.test(key) ? key : uriEncodePath(key)
}

function decode(encoded: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(encoded)) return undefined
  const bytes = Buffer.from(
    encoded.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
