import type { ObjectKey } from '../object/key.ts'
import type { Person } from '../person/person.ts'

/** The decision. `challenge` means that nobody is signed in, and a person who is might be allowed. */
export type Decision = { kind: 'allowed' } | { kind: 'challenge' }

/** Decides whether a person gets a target. Everybody who is signed in gets every target. */
export function decide(person: Person | undefined, _target: Target): Decision {
  return person === undefined ? challenge : allowed
}

/** The target of a request; the root has no key. */
interface Target {
  readonly kind: 'object' | 'root'
  readonly key?: ObjectKey
}

const allowed: Decision = { kind: 'allowed' }
const challenge: Decision = { kind: 'challenge' }
