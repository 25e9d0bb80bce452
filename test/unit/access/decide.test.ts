import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../src/access/decide.ts'
import type { ObjectKey } from '../../../src/object/key.ts'
import { personWithId } from '../../../src/person/person.ts'

describe('decide', () => {
  it('allows everything to everybody who is signed in, and asks others to sign in', () => {
    for (const target of [{ kind: 'object', key: 'a' as ObjectKey }, { kind: 'root' }] as const) {
      for (const person of [personWithId('jo'), personWithId(undefined)])
        assert.deepEqual(decide(person, target), { kind: 'allowed' })
      assert.deepEqual(decide(undefined, target), { kind: 'challenge' })
    }
  })
})
