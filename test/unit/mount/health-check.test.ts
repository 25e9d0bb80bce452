import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MountPlace } from '../../../src/mount/find-mount.ts'
import { healthcheckMountOf } from '../../../src/mount/health-check.ts'

describe('healthcheckMountOf', () => {
  it('finds the mount at every host that has the path', () => {
    const mounts: MountPlace[] = [{ path: '/a/' }, { path: '/', host: 'a.example.com' }]
    assert.equal(healthcheckMountOf(mounts, 'a/health'), mounts[0])
    assert.equal(healthcheckMountOf(mounts, 'health'), undefined)
    assert.equal(healthcheckMountOf(mounts, undefined), undefined)
  })
})
