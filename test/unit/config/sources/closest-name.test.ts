import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { closestName } from '../../../../src/config/sources/closest-name.ts'

describe('closestName', () => {
  const names = ['s3.region', 's3.endpoint', 'server.publicUrl']

  it('finds the name with the fewest changed characters', () => {
    assert.equal(closestName('s3.regoin', names), 's3.region')
    assert.equal(closestName('s3.endpont', names), 's3.endpoint')
  })

  it('takes capitals for small letters', () => {
    assert.equal(closestName('SERVER.PUBLICURL', names), 'server.publicUrl')
  })

  it('guesses nothing when every name is far away', () => {
    assert.equal(closestName('colour', names), undefined)
    assert.equal(closestName('x', []), undefined)
  })

  it('lets a short name differ by two characters and no more', () => {
    assert.equal(closestName('ab', ['cd']), 'cd')
    assert.equal(closestName('ab', ['cde']), undefined)
  })
})
