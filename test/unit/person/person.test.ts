import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nameForPeople, personWithId, shownId } from '../../../src/person/person.ts'

describe('shownId', () => {
  it('is the id, or says that the SSO names nobody', () => {
    assert.equal(shownId(personWithId('jo')), 'jo')
    assert.equal(shownId(personWithId(undefined)), 'unnamed')
  })
})

describe('nameForPeople', () => {
  it('is the name, else the address, else the id', () => {
    const person = { ...personWithId('u-1'), name: 'Jo', email: 'jo@example.com' }
    assert.equal(nameForPeople(person), 'Jo')
    assert.equal(nameForPeople({ ...person, name: undefined }), 'jo@example.com')
    assert.equal(nameForPeople(personWithId('u-1')), 'u-1')
  })
})
