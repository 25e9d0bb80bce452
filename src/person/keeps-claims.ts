import type { Claims } from './person.ts'

/** Claims travel in each session record, which the store gives for every request. */
const maxBytes = 16_384
const maxDepth = 32

/** Whether claims are few enough to be kept with a session. */
export function keepsClaims(claims: Claims): boolean {
  // `JSON.stringify` fails on a nesting of some thousand levels.
  return isShallow(claims, maxDepth) && Buffer.byteLength(JSON.stringify(claims)) <= maxBytes
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((member) => isShallow(member, depth - 1))
}
