import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Identification } from '../../../../src/identity/identify.ts'
import { nobody } from '../../../../src/identity/identify.ts'
import type { Person } from '../../../../src/person/person.ts'
import { createMePage } from '../../../../src/server/own/me.ts'
import { RequestRecord } from '../../../../src/telemetry/request-record.ts'
import { headerIn } from '../../../helpers/clients/header-in.ts'
import { createLoginPorts, jo, locationIn, request, site } from '../../../helpers/stage/login-ports.ts'

const ann: Person = {
  id: 'https://sso.example.com/#7',
  name: 'Ann <Ames>',
  email: 'ann@example.com',
  emailVerified: true,
  groups: ['staff', 'a"b\u202e'],
  claims: { sub: '7', note: '</pre><script>', nested: { roles: ['x\u202ey'] } },
}

describe('createMePage', () => {
  it('shows a browser the person and every claim, as texts', async () => {
    const { reply } = await ask(somebody(ann), 'text/html,*/*')
    const body = String(reply.body)
    assert.equal(reply.status, 200)
    assert.match(body, /<dt>Name<\/dt><dd><bdi>Ann &lt;Ames&gt;<\/bdi><\/dd>/)
    assert.match(body, /ann@example\.com \(verified\)/)
    assert.match(body, /<dd><bdi>staff<\/bdi><\/dd><dd><bdi>a&quot;b\\u\{202e\}<\/bdi><\/dd>/)
    assert.match(body, /<dd><bdi>https:\/\/sso\.example\.com\/#7<\/bdi><\/dd>/)
    assert.match(body, /&quot;note&quot;: &quot;&lt;\/pre&gt;&lt;script&gt;&quot;,\n/)
    assert.match(body, /x\\u\{202e\}y/)
    assert.match(body, /<a href="\/__s3proxy\/logout"/)
    assert.doesNotMatch(body, /<script|\u202e/)
    assert.match(String(headerIn(reply.headers, 'content-security-policy')), /default-src 'none'/)
  })

  it('gives everybody else JSON, in which the unknown is missing', async () => {
    const { reply } = await ask(somebody(ann), 'application/json')
    assert.equal(headerIn(reply.headers, 'content-type'), 'application/json')
    assert.deepEqual(JSON.parse(String(reply.body)), ann)
    assert.deepEqual(JSON.parse(String((await ask(somebody(jo))).reply.body)), {
      id: 'jo',
      groups: 'unknown',
    })
  })

  it('is kept by no cache', async () => {
    for (const accept of ['text/html', 'application/json']) {
      const { reply } = await ask(somebody(ann), accept)
      assert.equal(headerIn(reply.headers, 'cache-control'), 'no-store')
    }
  })

  it('says what is not known, and what is not verified', async () => {
    const page = async (person: Person) => String((await ask(somebody(person), 'text/html')).reply.body)
    const unnamed = await page({ ...jo, id: undefined })
    assert.match(unnamed, /<dt>Name<\/dt><dd><bdi>unknown<\/bdi>/)
    assert.match(unnamed, /<dt>E-mail<\/dt><dd><bdi>unknown<\/bdi>/)
    assert.match(unnamed, /<dt>Groups<\/dt><dd><bdi>unknown<\/bdi>/)
    assert.match(unnamed, /<dt>Id<\/dt><dd><bdi>unnamed<\/bdi>/)
    assert.match(unnamed, /Not kept with this session/)
    assert.match(await page({ ...ann, groups: [] }), /<dt>Groups<\/dt><dd><bdi>none<\/bdi>/)
    for (const emailVerified of [false, undefined])
      assert.match(await page({ ...ann, emailVerified }), /ann@example\.com \(not verified\)/)
  })

  it('has somebody who is not signed in do so, and come back', async () => {
    const { reply, options } = await ask(nobody, 'text/html')
    assert.equal(reply.status, 302)
    const state = new URL(locationIn(reply)).searchParams.get('state') ?? ''
    assert.equal((await options.pending.find(state))?.returnTo, '/__s3proxy/me')
  })

  it('tells a program that nobody is signed in', async () => {
    assert.equal((await ask(nobody, 'application/json')).reply.status, 401)
  })

  it('leaves the answer to an identity that has a question', async () => {
    const question = { status: 200, headers: [], body: 'Is that you?' }
    assert.equal((await ask({ kind: 'reply', reply: question })).reply, question)
  })
})

function somebody(person: Person): Identification {
  return { kind: 'person', person, sharer: 's' }
}

async function ask(visitor: Identification, accept?: string) {
  const { options } = createLoginPorts()
  const page = createMePage({ ...options, identify: async () => visitor })
  const asked = request('/__s3proxy/me', accept === undefined ? {} : { accept })
  return { options, reply: await page.answer(asked, new RequestRecord(), site) }
}
