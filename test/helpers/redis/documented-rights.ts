import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

/** The commands that docs/operating.md says the user of Redis needs, as rules of an access control list: `+get`, `+mget` and so on. */
export function documentedRights(): string[] {
  const rights = /needs `(\+get [^`]+)` on/s.exec(readFileSync('docs/operating.md', 'utf8'))?.[1]
  assert.ok(rights !== undefined, 'docs/operating.md lists the rights')
  return rights.split(/\s+/)
}
