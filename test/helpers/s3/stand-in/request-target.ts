/** A request target taken apart as S3 does, without any normalisation. */
export interface RequestTarget {
  bucket: string
  /** Empty: the bucket itself. `undefined`: a broken escape or bytes that are no UTF-8. */
  key: string | undefined
  /** The one spelling of the path that a signature is made over. */
  canonicalPath: string
  query: [name: string, value: string][]
}

/**
 * Both styles: `/bucket/key`, and `/key` where the host starts with the bucket and a dot.
 *
 * @param rawTarget the bytes of the request line as Node has them, one character each
 */
export function parseRequestTarget(rawTarget: string, host: string, ownBucket: string): RequestTarget {
  const mark = rawTarget.indexOf('?')
  const rawPath = mark < 0 ? rawTarget : rawTarget.slice(0, mark)
  const query = mark < 0 ? [] : parseQuery(rawTarget.slice(mark + 1))
  const bytes = decodePath(rawPath)
  const path = bytes === undefined ? undefined : toText(bytes)
  const canonicalPath = bytes === undefined ? rawPath : encodeBytes(bytes, true)
  if (host.startsWith(`${ownBucket}.`)) {
    return { bucket: ownBucket, key: path?.slice(1), canonicalPath, query }
  }
  const text = path ?? rawPath
  const slash = text.indexOf('/', 1)
  const bucket = slash < 0 ? text.slice(1) : text.slice(1, slash)
  return {
    bucket,
    key: path === undefined ? undefined : slash < 0 ? '' : text.slice(slash + 1),
    canonicalPath,
    query,
  }
}

/** Sorted by name, then value, with every reserved character encoded, the slash too. */
export function canonicalQuery(query: [name: string, value: string][]): string {
  return (
    query
      .map((pair) => pair.map((text) => encodeBytes(Buffer.from(text), false)))
      // A space stands before everything that is left of names and values.
      .sort((a, b) => (a.join(' ') < b.join(' ') ? -1 : 1))
      .map((pair) => pair.join('='))
      .join('&')
  )
}

function parseQuery(rawQuery: string): [string, string][] {
  return rawQuery
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=')
      const name = equals < 0 ? part : part.slice(0, equals)
      const value = equals < 0 ? '' : part.slice(equals + 1)
      return [decodePart(name), decodePart(value)]
    })
}

function decodePart(text: string): string {
  return (decodePath(text) ?? Buffer.from(text, 'latin1')).toString('utf8')
}

// S3 takes a bare `+` in a path for a space: whoever means a plus sign has to write %2B.
function decodePath(raw: string): Buffer | undefined {
  if (!/[%+]/.test(raw)) return Buffer.from(raw, 'latin1')
  if (/%(?![0-9A-Fa-f]{2})/.test(raw)) return undefined
  const decoded = raw
    .replaceAll('+', ' ')
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(decoded, 'latin1')
}

function toText(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined
}

function encodeBytes(bytes: Buffer, keepSlash: boolean): string {
  const text = bytes.toString('latin1')
  if (/^[A-Za-z0-9\-._~]*$/.test(text)) return text
  return text.replace(/[^A-Za-z0-9\-._~]/g, (char) =>
    keepSlash && char === '/' ? char : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
