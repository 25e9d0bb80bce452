import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import type { VerifiedJwt } from '../../../src/issuer/issuer.ts'
import { createBackchannelLogouts } from '../../../src/sso/backchannel-logouts.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'

const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
const away = new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'away')

describe('createBackchannelLogouts', () => {
  it('ends the sessions of the login that the token names', async () => {
    const { logouts, ended } = start({ sub: 'jo', sid: 's-1' })
    assert.deepEqual(await logouts.end('jwt'), {
      ...{ kind: 'ended', person: 'https://sso.example.com#jo', sessions: 2 },
    })
    assert.deepEqual(ended, [{ issuer: 'https://sso.example.com', subject: 'jo', sid: 's-1' }])
  })

  it('names no person where the token names none', async () => {
    const { logouts, ended } = start({ sid: 's-1' })
    assert.deepEqual(await logouts.end('jwt'), { kind: 'ended', person: undefined, sessions: 2 })
    assert.deepEqual(ended, [{ issuer: 'https://sso.example.com', subject: undefined, sid: 's-1' }])
  })

  it('refuses a token that comes again for as long as it could be taken, and takes another one', async () => {
    const { logouts, ended, claims, clock } = start({ sub: 'jo' })
    assert.equal((await logouts.end('jwt')).kind, 'ended')
    assert.deepEqual(await logouts.end('jwt'), { kind: 'refused', reason: 'has come before (jti)' })
    clock.now += 360_000
    assert.equal((await logouts.end('jwt')).kind, 'refused')
    claims.jti = 'token-2'
    assert.equal((await logouts.end('jwt')).kind, 'ended')
    assert.equal(ended.length, 2)
  })

  it('takes a token again whose sessions could not be ended', async () => {
    const { logouts, ended, fail } = start({ sub: 'jo' })
    fail(away)
    await assert.rejects(logouts.end('jwt'), away)
    fail(undefined)
    assert.equal((await logouts.end('jwt')).kind, 'ended')
    assert.equal(ended.length, 1)
  })

  it('writes nothing for a token that is refused', async () => {
    const store = {
      get: () => assert.fail('read'),
      claim: () => assert.fail('written'),
    }
    const logouts = createBackchannelLogouts({
      issuer: {
        name: 'https://sso.example.com',
        verify: async () => ({ kind: 'refused', reason: 'is bad' }),
      },
      clientId: 'app',
      store,
      sessions: { endByLogin: () => assert.fail('ended') },
    })
    assert.deepEqual(await logouts.end('jwt'), { kind: 'refused', reason: 'is bad' })
  })
})

function start(named: { sub?: string; sid?: string }) {
  const clock = { now: 1_700_000_000_000 }
  const claims: Record<string, unknown> = { jti: 'token-1', events, ...named }
  const ended: unknown[] = []
  let failure: Error | undefined
  const logouts = createBackchannelLogouts({
    issuer: {
      name: 'https://sso.example.com',
      verify: async (): Promise<VerifiedJwt> => ({ kind: 'verified', claims, type: 'logout+jwt' }),
    },
    clientId: 'app',
    store: createMemoryStore(() => clock.now),
    sessions: {
      async endByLogin(login) {
        if (failure !== undefined) throw failure
        ended.push(login)
        return 2
      },
    },
  })
  return {
    ...{ logouts, ended, claims, clock },
    fail(error: Error | undefined) {
      failure = error
    },
  }
}
