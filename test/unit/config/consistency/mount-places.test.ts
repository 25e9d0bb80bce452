import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { placesOf } from '../../../../src/config/consistency/mount-places.ts'

describe('placesOf', () => {
  it('lists the places of all mounts with their names', () => {
    const mounts = { a: { path: '/' }, b: { path: '/b/', host: 'b.example.com' } }
    assert.deepEqual(placesOf(mounts), [
      { name: 'a', path: '/', host: undefined },
      { name: 'b', path: '/b/', host: 'b.example.com' },
    ])
  })

  it('lists none where a mount has no path that can be read', () => {
    assert.equal(placesOf({ a: { path: '/' }, b: { host: 'b.example.com' } }), undefined)
  })
})
