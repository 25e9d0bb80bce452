import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { closest } from '../../../src/config/closest.ts'

describe('closest', () => {
  const names = ['s3.region', 's3.endpoint', 'server.publicUrl']

  it('finds the name with the fewest changed characters', () => {
    assert.equal(closest('s3.regoin', names), 's3.region')
    assert.equal(closest('s3.endpont', names), 's3.endpoint')
  })

  it('takes capitals for small letters', () => {
    assert.equal(closest('SERVER.PUBLICURL', names), 'server.publicUrl')
  })

  it('guesses nothing when every name is far away', () => {
    assert.equal(closest('colour', names), undefined)
    assert.equal(closest('x', []), undefined)
  })

  it('lets a short name differ by two characters and no more', () => {
    assert.equal(closest('ab', ['cd']), 'cd')
    assert.equal(closest('ab', ['cde']), undefined)
  })
})
