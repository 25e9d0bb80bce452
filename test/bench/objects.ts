/** The objects that the origin serves, and that a client must therefore receive. */
export interface BenchObject {
  name: string
  sizeBytes: number
}

export const objects = {
  small: { name: 'small', sizeBytes: 1024 },
  medium: { name: 'medium', sizeBytes: 100 * 1024 },
  film: { name: 'film', sizeBytes: 4 * 1024 * 1024 },
  gibibyte: { name: 'gibibyte', sizeBytes: 1024 ** 3 },
} as const satisfies Record<string, BenchObject>

/** The ETag that our own origin gives an object; a real S3 server has its own. */
export function etagOf({ name }: BenchObject): string {
  return `"bench-${name}"`
}

/**
 * The block that every object repeats. Its length is a prime number, so the comparison finds a block that a proxy
 * lost, sent twice or sent in the wrong place.
 */
export const pattern: Buffer = createPattern(1_048_573)

function createPattern(sizeBytes: number): Buffer {
  const block = Buffer.allocUnsafe(sizeBytes)
  let state = 0x9e3779b9
  for (let index = 0; index < sizeBytes; index++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    block[index] = state & 0xff
  }
  return block
}

/** A view of the pattern that starts at an offset of the object and is at most `maxBytes` long. */
export function patternAt(offset: number, maxBytes: number): Buffer {
  const start = offset % pattern.length
  return pattern.subarray(start, Math.min(pattern.length, start + maxBytes))
}

/** Tells whether the bytes are those that every object has at this offset. */
export function isPatternAt(offset: number, bytes: Buffer): boolean {
  for (let done = 0; done < bytes.length; ) {
    const expected = patternAt(offset + done, bytes.length - done)
    if (expected.compare(bytes, done, done + expected.length) !== 0) return false
    done += expected.length
  }
  return true
}
