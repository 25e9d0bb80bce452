import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createContinuePage } from '../../../../src/server/own/continue.ts'
import { RequestRecord } from '../../../../src/telemetry/request-record.ts'
import { cookiesOf, createLoginPorts, jo, request, site } from '../../../helpers/stage/login-ports.ts'

const path = '/__s3proxy/continue?to=%2Fa%3Fb'

describe('createContinuePage', () => {
  it('goes on with the session of the original on a POST', async () => {
    const reply = { status: 303, headers: [], body: '' }
    const { ask } = start(async () => ({ reply, person: jo }))
    const { answer, record } = await ask('POST')
    assert.equal(answer, reply)
    assert.equal(record.person, jo)
  })

  it('begins a login on a GET, for the page that was asked for, and forgets the cookie of the original', async () => {
    const { options, ask } = start(() => assert.fail('it went on'))
    const { answer, record } = await ask('GET')
    assert.equal(answer.status, 302)
    assert.match(cookiesOf(answer), /^__Host-s_login=[\w-]{43}; assets_session_id=$/)
    const state = new URL(answer.headers[1] ?? '').searchParams.get('state') ?? ''
    assert.equal((await options.pending.find(state))?.returnTo, '/a?b')
    assert.equal(record.login, 'started')
  })

  it('begins no login for a script, and leaves its cookies alone', async () => {
    const { ask } = start(() => assert.fail('it went on'))
    const { answer } = await ask('GET', { 'sec-fetch-mode': 'cors' })
    assert.deepEqual([answer.status, cookiesOf(answer)], [401, ''])
  })

  it('is no page where sessions of the original are not accepted', async () => {
    const record = new RequestRecord()
    const page = createContinuePage(createLoginPorts().options)
    assert.equal((await page.answer(request(path), record, site)).status, 404)
    assert.equal(record.code, 'OBJECT_NOT_FOUND')
  })
})

function start(resume: NonNullable<Parameters<typeof createContinuePage>[0]['legacySessions']>['resume']) {
  const { options } = createLoginPorts()
  const page = createContinuePage({ ...options, legacySessions: { resume } })
  return {
    options,
    async ask(method: string, headers = {}) {
      const record = new RequestRecord()
      return { answer: await page.answer(request(path, headers, method), record, site), record }
    },
  }
}
