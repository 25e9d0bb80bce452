import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BearerVerdict } from '../../../src/bearer/bearer-check.ts'
import { S3ProxyError } from '../../../src/errors.ts'
import { createBearerIdentity } from '../../../src/identity/by-bearer.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { headerIn } from '../../helpers/clients/header-in.ts'
import { jo, request, site } from '../../helpers/stage/login-ports.ts'

const accepted = { kind: 'accepted', person: jo, sharer: 'share of jo' } as const

function start(verdict: () => BearerVerdict | Promise<BearerVerdict> = () => accepted) {
  const asked: string[] = []
  const lines: string[] = []
  const identity = createBearerIdentity({
    bearer: {
      scopes: ['read'],
      check(token) {
        asked.push(token)
        return verdict()
      },
    },
    log: { debug: (fields, message) => lines.push(`${message} ${JSON.stringify(fields)}`) },
  })
  return {
    ...{ asked, lines },
    async ask(authorization?: string, record = new RequestRecord()) {
      const headers = authorization === undefined ? {} : { authorization }
      return { record, answer: await identity(request('/a', headers), site, record) }
    },
  }
}

describe('createBearerIdentity', () => {
  it('knows the person of a token that is remembered, and waits for nothing', async () => {
    const { ask, asked } = start()
    const { answer, record } = await ask('Bearer canary')
    assert.deepEqual(answer, { kind: 'person', person: jo, sharer: 'share of jo' })
    assert.deepEqual([record.person, record.bearer, record.ssoMs], [jo, 'accepted', undefined])
    assert.deepEqual(asked, ['canary'])
  })

  it('notes how long a question took', async () => {
    const { ask } = start(async () => accepted)
    const { answer, record } = await ask('Bearer canary')
    assert.equal(answer.kind, 'person')
    assert.ok(Number(record.ssoMs) >= 0)
    assert.equal(record.bearer, 'accepted')
  })

  it('knows nobody without a token', async () => {
    const { ask, asked } = start()
    for (const header of [undefined, 'Basic YTpi']) {
      const { answer, record } = await ask(header)
      assert.deepEqual([answer.kind, record.bearer], ['nobody', undefined])
    }
    assert.deepEqual(asked, [])
  })

  const refusals: [
    what: string,
    header: string,
    BearerVerdict,
    status: number,
    code: string,
    error: RegExp,
  ][] = [
    ['no token', 'Bearer', accepted, 400, 'BEARER_MALFORMED', /error="invalid_request"/],
    ['two tokens', 'Bearer a, Bearer b', accepted, 400, 'BEARER_MALFORMED', /error="invalid_request"/],
    [
      'a refused one',
      'Bearer canary',
      { kind: 'refused', reason: 'it has expired' },
      ...([401, 'BEARER_REFUSED', /error="invalid_token", error_description="it has expired"/] as const),
    ],
    [
      'one that lacks a scope',
      'Bearer canary',
      { kind: 'unscoped' },
      ...([403, 'BEARER_UNSCOPED', /error="insufficient_scope", scope="read"/] as const),
    ],
  ]
  for (const [what, header, verdict, status, code, error] of refusals)
    it(`answers ${what} with ${status}, and tells the log why, and nothing of the token`, async () => {
      const { ask, lines } = start(() => verdict)
      const { answer, record } = await ask(header)
      assert.equal(answer.kind, 'reply')
      const { reply } = answer as { reply: { status: number; headers: string[] } }
      assert.deepEqual([reply.status, record.code, record.bearer], [status, code, 'refused'])
      const challenge = headerIn(reply.headers, 'www-authenticate') ?? ''
      assert.match(challenge, /^Bearer realm="s3proxy", /)
      assert.match(challenge, error)
      assert.match(challenge, /resource_metadata="https:\/\/assets\.example\.com\/\.well-known\//)
      assert.equal(record.person, undefined)
      assert.equal(lines.length, 1)
      assert.doesNotMatch(JSON.stringify([answer, lines]), /canary/)
    })

  it('never answers a failure of the SSO with a refusal', async () => {
    const { ask } = start(() => Promise.reject(new S3ProxyError('BEARER_UNAVAILABLE', 'away')))
    const record = new RequestRecord()
    await assert.rejects(ask('Bearer canary', record), { code: 'BEARER_UNAVAILABLE' })
    assert.equal(record.bearer, 'unavailable')
  })
})
