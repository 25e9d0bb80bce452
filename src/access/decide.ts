import type { ObjectKey } from '../object/key.ts'
import type { Person } from '../person/person.ts'

/** `challenge`: nobody is signed in, and somebody who is might get it. */
export type Decision = { kind: 'allowed' } | { kind: 'challenge' }

/** Decides whether somebody gets what they ask for: everybody who is signed in does. */
export function decide(person: Person | undefined, _target: Target): Decision {
  return person === undefined ? challenge : allowed
}

/** The root has no key. */
interface Target {
  readonly kind: 'object' | 'root'
  readonly key?: ObjectKey
}

const allowed: Decision = { kind: 'allowed' }
const challenge: Decision = { kind: 'challenge' }
