import { createHash } from 'node:crypto'
import type { ObjectBody } from './object-body.ts'

// A prime, so that no usual block size is a multiple of the period.
const periodBytes = 1048573
const stampEveryBytes = 4096
const stampSizeBytes = 8

/**
 * A body of any size that needs no memory: a pseudo-random pattern of the seed, repeated, with the number of each
 * 4 KiB page written over its first 8 bytes, so that no two pages of a body are alike.
 */
export function generatedBody(sizeBytes: number, seed: number): ObjectBody {
  return {
    sizeBytes,
    read(offset, length, scratch) {
      const target =
        scratch !== undefined && scratch.length >= length
          ? scratch.subarray(0, length)
          : Buffer.allocUnsafe(length)
      fill(target, seed, offset)
      return target
    },
  }
}

/** The bytes `offset` to `offset + length` of every body generated from `seed` that is long enough. */
export function generatedBytes(seed: number, offset: number, length: number): Buffer {
  const target = Buffer.allocUnsafe(length)
  fill(target, seed, offset)
  return target
}

const knownSums = new Map<string, string>()

/** SHA-256 of the whole generated body, in hex. Takes about a second a GiB the first time. */
export function generatedSha256(sizeBytes: number, seed: number): string {
  const name = `${sizeBytes}:${seed}`
  const known = knownSums.get(name)
  if (known !== undefined) return known
  const hash = createHash('sha256')
  const block = Buffer.allocUnsafe(Math.min(sizeBytes, 1 << 20))
  for (let offset = 0; offset < sizeBytes; offset += block.length) {
    const part = block.subarray(0, Math.min(block.length, sizeBytes - offset))
    fill(part, seed, offset)
    hash.update(part)
  }
  const sum = hash.digest('hex')
  knownSums.set(name, sum)
  return sum
}

function fill(target: Buffer, seed: number, offset: number): void {
  const pattern = patternOf(seed)
  for (let done = 0; done < target.length; ) {
    const from = (offset + done) % periodBytes
    done += pattern.copy(target, done, from, Math.min(periodBytes, from + target.length - done))
  }
  const stamp = Buffer.alloc(stampSizeBytes)
  const firstPage = Math.floor(offset / stampEveryBytes)
  const lastPage = Math.floor((offset + target.length - 1) / stampEveryBytes)
  for (let page = firstPage; page <= lastPage; page++) {
    const at = page * stampEveryBytes - offset
    if (at >= 0 && at + stampSizeBytes <= target.length) {
      target.writeUInt32BE(Math.floor(page / 0x100000000), at)
      target.writeUInt32BE(page % 0x100000000, at + 4)
      continue
    }
    stamp.writeBigUInt64BE(BigInt(page))
    for (let i = 0; i < stampSizeBytes; i++) {
      if (at + i >= 0 && at + i < target.length) target[at + i] = stamp[i] as number
    }
  }
}

const patterns = new Map<number, Buffer>()

function patternOf(seed: number): Buffer {
  const known = patterns.get(seed)
  if (known !== undefined) return known
  const pattern = Buffer.allocUnsafe(periodBytes)
  // xorshift32, started from the seed spread over all bits; zero would stay zero for ever.
  let state = Math.imul(seed + 1, 0x9e3779b1) | 0 || 1
  for (let i = 0; i < periodBytes; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    pattern[i] = state & 0xff
  }
  patterns.set(seed, pattern)
  return pattern
}
