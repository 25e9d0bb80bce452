import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { livezPage } from '../../../src/server/own/livez.ts'
import { createLogoutPage } from '../../../src/server/own/logout.ts'
import { createResourceMetadataPage } from '../../../src/server/own/resource-metadata.ts'
import { createRouter, routeKindOf } from '../../../src/server/route.ts'
import { createLoginPorts } from '../../helpers/stage/login-ports.ts'

describe('createRouter', () => {
  const logoutPage = createLogoutPage(createLoginPorts().options)
  const mount = { path: '/' }
  const route = createRouter([livezPage, logoutPage], [mount], 'health/check')

  it('tells objects, the health check, the root, and what is no path', () => {
    for (const [path, target] of [
      ['/a%20b', { kind: 'object', path: 'a b', key: 'a b', mount }],
      ['//a/', { kind: 'object', path: '/a/', key: '/a/', mount }],
      ['/health/check', { kind: 'healthcheck', path: 'health/check', key: 'health/check', mount }],
      ['/health%2Fcheck', { kind: 'healthcheck', path: 'health/check', key: 'health/check', mount }],
      ['/health/check/', { kind: 'object', path: 'health/check/', key: 'health/check/', mount }],
      ['/', { kind: 'root', path: '', mount }],
      ['/..', { kind: 'invalid' }],
      ['/%zz', { kind: 'invalid' }],
    ] as const)
      assert.deepEqual(route(path, ''), target, path)
  })

  it('finds pages by their decoded path, and keeps everything beside them from S3', () => {
    assert.deepEqual(route('/__s3proxy/livez', ''), { kind: 'hostless-page', page: livezPage })
    assert.deepEqual(route('/%5f_s3proxy/logout', ''), { kind: 'site-page', page: logoutPage })
    for (const path of ['/__s3proxy/', '/__s3proxy/readyz', '/__s3proxy/livez/', '/__s3proxy//livez'])
      assert.deepEqual(route(path, ''), { kind: 'nothing' }, path)
    for (const path of ['/__s3proxy', '/_s3proxy/livez', '/a/__s3proxy/livez', '/__'])
      assert.equal(route(path, '').kind, 'object', path)
  })

  it('knows the document for programs only where there is one', () => {
    const path = '/.well-known/oauth-protected-resource'
    assert.equal(route(path, '').kind, 'object')
    const page = createResourceMetadataPage({ scopes: [] })
    const withDocument = createRouter([livezPage, page], [mount], undefined)
    assert.deepEqual(withDocument(path, ''), { kind: 'site-page', page })
    for (const other of [`${path}/a`, '/.well-known/', '/.well-known/openid-configuration'])
      assert.equal(withDocument(other, '').kind, 'object', other)
  })

  it('takes keys of up to 1024 bytes', () => {
    assert.equal(route(`/${'a'.repeat(1024)}`, '').kind, 'object')
    assert.equal(route(`/${'a'.repeat(1025)}`, '').kind, 'nothing')
    assert.equal(route(`/${'%c3%bc'.repeat(513)}`, '').kind, 'nothing')
  })

  it('takes the path of the mount off the key, to the byte', () => {
    const docs = { path: '/docs/' }
    const atHost = { path: '/', host: 'b.example.com' }
    const routeTo = createRouter([livezPage], [docs, atHost], 'docs/health')
    for (const [path, host, target] of [
      ['/docs/a', '', { kind: 'object', path: 'docs/a', key: 'a', mount: docs }],
      ['/docs%2Fa%20b', '', { kind: 'object', path: 'docs/a b', key: 'a b', mount: docs }],
      ['/docs//a/', '', { kind: 'object', path: 'docs//a/', key: '/a/', mount: docs }],
      [
        '/docs/__s3proxy/x',
        '',
        { kind: 'object', path: 'docs/__s3proxy/x', key: '__s3proxy/x', mount: docs },
      ],
      ['/docs/health', '10.0.0.1', { kind: 'healthcheck', path: 'docs/health', key: 'health', mount: docs }],
      ['/docs/', '', { kind: 'root', path: 'docs/', mount: docs }],
      ['/', '', { kind: 'root', path: '', mount: undefined }],
      ['/docs', '', { kind: 'unmounted', path: 'docs', mount: undefined }],
      ['/docs2/a', '', { kind: 'unmounted', path: 'docs2/a', mount: undefined }],
      ['/docs/a', 'b.example.com:1', { kind: 'object', path: 'docs/a', key: 'docs/a', mount: atHost }],
      [
        '/docs/health',
        'b.example.com',
        { kind: 'object', path: 'docs/health', key: 'docs/health', mount: atHost },
      ],
      ['/docs/../a', '', { kind: 'invalid' }],
      ['/docs/%2e%2e/a', '', { kind: 'invalid' }],
    ] as const)
      assert.deepEqual(routeTo(path, host), target, `${host} ${path}`)
  })

  it('has one word for each target', () => {
    for (const [path, kind] of [
      ['/__s3proxy/logout', 'logout'],
      ['/a', 'object'],
      ['/', 'root'],
      ['/__s3proxy/x', 'nothing'],
    ] as const)
      assert.equal(routeKindOf(route(path, '')), kind)
  })
})
