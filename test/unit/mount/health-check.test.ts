import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MountPlace } from '../../../src/mount/find-mount.ts'
import { healthcheckKeyIn, healthcheckMountOf } from '../../../src/mount/health-check.ts'

describe('healthcheckMountOf', () => {
  it('finds the mount at every host that has the path', () => {
    const mounts: MountPlace[] = [{ path: '/a/' }, { path: '/', host: 'a.example.com' }]
    assert.equal(healthcheckMountOf(mounts, 'a/health'), mounts[0])
    assert.equal(healthcheckMountOf(mounts, 'health'), undefined)
    assert.equal(healthcheckMountOf(mounts, undefined), undefined)
  })
})

describe('healthcheckKeyIn', () => {
  it('takes the path of the mount off, and finds none in the other mounts', () => {
    const mounts: MountPlace[] = [{ path: '/' }, { path: '/a/' }, { path: '/a/b/', host: 'a.example.com' }]
    const keys = (path?: string) => mounts.map((mount) => healthcheckKeyIn(mount, mounts, path))
    assert.deepEqual(keys('health'), ['health', undefined, undefined])
    assert.deepEqual(keys('a/b/health'), [undefined, 'b/health', undefined])
    assert.deepEqual(keys(), [undefined, undefined, undefined])
  })
})
