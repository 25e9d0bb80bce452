import type { Claims } from './person.ts'

/** The most bytes of claims in a session record, which the store sends for every request. */
const maxBytes = 16_384
const maxDepth = 32

/** Tells whether claims are small enough to be kept with a session. */
export function keepsClaims(claims: Claims): boolean {
  // `JSON.stringify` fails on a nesting of some thousand levels.
  return isShallow(claims, maxDepth) && Buffer.byteLength(JSON.stringify(claims)) <= maxBytes
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((member) => isShallow(member, depth - 1))
}
