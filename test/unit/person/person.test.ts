import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { personWithId, shownId } from '../../../src/person/person.ts'

describe('shownId', () => {
  it('is the id, or says that the SSO names nobody', () => {
    assert.equal(shownId(personWithId('jo')), 'jo')
    assert.equal(shownId(personWithId(undefined)), 'unnamed')
  })
})
