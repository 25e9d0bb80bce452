import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isReservedKey } from '../../../../src/http/own-paths.ts'
import { createOwnPages } from '../../../../src/server/own/own-pages.ts'
import { createLoginPorts } from '../../../helpers/stage/login-ports.ts'

describe('createOwnPages', () => {
  const readiness = { check: async () => ({ state: 'ok' as const }) }
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  const resume = () => assert.fail('asked')
  const identify = () => assert.fail('asked')
  const given = { ...createLoginPorts().options, readiness, identify, log: silent }

  it('has each page once, at a path that is reserved, with its methods and whether it needs a host', () => {
    const pages = createOwnPages({ ...given, legacySessions: { resume, end: async () => '' } })
    const form = 'GET, HEAD, POST'
    assert.deepEqual(
      pages.map(({ kind, path, methods, needsHost }) => [kind, path, methods.join(', '), needsHost]),
      [
        ['callback', '/__redirect_from_sso', 'GET, HEAD', true],
        ['logout', '/__s3proxy/logout', form, true],
        ['signed-out', '/__s3proxy/signed-out', 'GET, HEAD', true],
        ['me', '/__s3proxy/me', 'GET, HEAD', true],
        ['continue', '/__s3proxy/continue', form, true],
        ['livez', '/__s3proxy/livez', 'GET, HEAD', false],
        ['readyz', '/__s3proxy/readyz', 'GET, HEAD', false],
      ],
    )
    for (const { path } of pages) assert.ok(isReservedKey(path.slice(1)), path)
  })

  it('has the document for programs only where their tokens are accepted', () => {
    const kinds = createOwnPages({ ...given, bearer: { scopes: [] } }).map(({ kind }) => kind)
    assert.equal(kinds.at(-1), 'resource-metadata')
  })

  it('takes logout tokens where the SSO can send any', () => {
    const backchannel = {
      backchannelLogouts: { end: () => assert.fail('asked') },
      onLogoutRefused: () => assert.fail('asked'),
    }
    const pages = createOwnPages({ ...given, backchannel })
    const page = pages.find(({ kind }) => kind === 'backchannel-logout')
    assert.deepEqual([page?.path, page?.methods], ['/__s3proxy/backchannel-logout', ['POST']])
  })

  it('takes no form about sessions of the original where none are accepted', () => {
    const page = createOwnPages(given).find(({ kind }) => kind === 'continue')
    assert.deepEqual(page?.methods, ['GET', 'HEAD'])
  })
})
