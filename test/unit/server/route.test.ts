import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { livezPage } from '../../../src/server/own/livez.ts'
import { createLogoutPage } from '../../../src/server/own/logout.ts'
import { createResourceMetadataPage } from '../../../src/server/own/resource-metadata.ts'
import { createRouter, routeKindOf } from '../../../src/server/route.ts'
import { createLoginPorts } from '../../helpers/stage/login-ports.ts'

describe('createRouter', () => {
  const logoutPage = createLogoutPage(createLoginPorts().options)
  const route = createRouter([livezPage, logoutPage], 'health/check')

  it('tells objects, the health check, the root, and what is no path', () => {
    for (const [path, target] of [
      ['/a%20b', { kind: 'object', key: 'a b' }],
      ['//a/', { kind: 'object', key: '/a/' }],
      ['/health/check', { kind: 'healthcheck', key: 'health/check' }],
      ['/health%2Fcheck', { kind: 'healthcheck', key: 'health/check' }],
      ['/health/check/', { kind: 'object', key: 'health/check/' }],
      ['/', { kind: 'root' }],
      ['/..', { kind: 'invalid' }],
      ['/%zz', { kind: 'invalid' }],
    ] as const)
      assert.deepEqual(route(path), target, path)
  })

  it('finds pages by their decoded path, and keeps everything beside them from S3', () => {
    assert.deepEqual(route('/__s3proxy/livez'), { kind: 'hostless-page', page: livezPage })
    assert.deepEqual(route('/%5f_s3proxy/logout'), { kind: 'site-page', page: logoutPage })
    for (const path of ['/__s3proxy/', '/__s3proxy/readyz', '/__s3proxy/livez/', '/__s3proxy//livez'])
      assert.deepEqual(route(path), { kind: 'nothing' }, path)
    for (const path of ['/__s3proxy', '/_s3proxy/livez', '/a/__s3proxy/livez', '/__'])
      assert.equal(route(path).kind, 'object', path)
  })

  it('knows the document for programs only where there is one', () => {
    const path = '/.well-known/oauth-protected-resource'
    assert.equal(route(path).kind, 'object')
    const page = createResourceMetadataPage({ scopes: [] })
    const withDocument = createRouter([livezPage, page], undefined)
    assert.deepEqual(withDocument(path), { kind: 'site-page', page })
    for (const other of [`${path}/a`, '/.well-known/', '/.well-known/openid-configuration'])
      assert.equal(withDocument(other).kind, 'object', other)
  })

  it('takes keys of up to 1024 bytes', () => {
    assert.equal(route(`/${'a'.repeat(1024)}`).kind, 'object')
    assert.equal(route(`/${'a'.repeat(1025)}`).kind, 'nothing')
    assert.equal(route(`/${'%c3%bc'.repeat(513)}`).kind, 'nothing')
  })

  it('has one word for each target', () => {
    for (const [path, kind] of [
      ['/__s3proxy/logout', 'logout'],
      ['/a', 'object'],
      ['/', 'root'],
      ['/__s3proxy/x', 'nothing'],
    ] as const)
      assert.equal(routeKindOf(route(path)), kind)
  })
})
