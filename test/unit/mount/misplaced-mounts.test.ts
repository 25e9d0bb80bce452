import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { misplacedMounts } from '../../../src/mount/misplaced-mounts.ts'

describe('misplacedMounts', () => {
  const one = { name: 'one', path: '/a/' }
  const two = { name: 'two', path: '/a/' }
  const atHost = { name: 'at-host', path: '/', host: 'a.example.com' }

  it('finds two mounts in one place, and none at two hosts or paths', () => {
    assert.deepEqual(misplacedMounts([one, two], undefined), [
      { name: 'two', reason: 'same-place', by: ['one'] },
    ])
    assert.deepEqual(misplacedMounts([one, { ...two, host: 'a.example.com' }], undefined), [])
    assert.deepEqual(misplacedMounts([one, { ...two, path: '/a/b/' }, atHost], undefined), [])
  })

  it('finds a mount without a host where others have every host that is served', () => {
    const hidden = [{ name: 'one', reason: 'hidden', by: ['at-host'] }]
    assert.deepEqual(misplacedMounts([one, atHost], ['A.example.com:8443']), hidden)
    assert.deepEqual(misplacedMounts([one, atHost], ['a.example.com', 'b.example.com']), [])
    assert.deepEqual(misplacedMounts([one, { ...atHost, path: '/a/b/' }], ['a.example.com']), [])
  })
})
