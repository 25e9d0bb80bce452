import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import { createAdminServer } from '../../../src/server/admin-server.ts'
import type { ReadinessReport } from '../../../src/server/readiness.ts'
import { closed } from '../../helpers/network/closed.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const ok: ReadinessReport = { state: 'ok', checks: {} }

async function start(t: TestContext, parts: Partial<Parameters<typeof createAdminServer>[0]>) {
  const sessions = { count: async () => 0, end: async () => 0 }
  const admin = createAdminServer({ readiness: async () => ok, sessions, log, ...parts })
  t.after(() => admin.close())
  const port = Number(await admin.listen({ port: 0, host: '127.0.0.1' }))
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  async function ask(path: string, init?: RequestInit) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init)
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  return { port, get, ask }
}

describe('createAdminServer', { timeout: 20_000 }, () => {
  it('gives all who ask at the same moment one answer, made after they asked', async (t) => {
    let made = { metrics: 0, readiness: 0 }
    const { get } = await start(t, {
      metrics: async () => ({ contentType: 'text/plain', text: `made ${++made.metrics}` }),
      readiness: async () => ({ ...ok, checks: { made: String(++made.readiness) } }),
    })
    for (const [path, everyMs] of [
      ['/metrics', 250],
      ['/readyz', 100],
    ] as const) {
      const startedAtMs = performance.now()
      const texts = await Promise.all(Array.from({ length: 32 }, () => get(path)))
      // A busy machine takes longer than one interval to send them all.
      const most = 2 + Math.floor((performance.now() - startedAtMs) / everyMs)
      assert.ok(new Set(texts).size <= most, `${[...new Set(texts)]}`)
    }
    made = { metrics: 10, readiness: 10 }
    assert.equal(await get('/metrics'), 'made 11')
    assert.match(await get('/readyz'), /"made":"11"/)
  })

  it('answers again after an answer that failed', async (t) => {
    let isBroken = true
    const { get } = await start(t, {
      metrics: async () => {
        if (isBroken) throw new Error('broken')
        return { contentType: 'text/plain', text: 'fine' }
      },
    })
    assert.match(await get('/metrics'), /^500 /)
    isBroken = false
    assert.equal(await get('/metrics'), 'fine')
  })

  it('counts and ends the sessions of a person, and repeats whom it has understood', async (t) => {
    const asked: string[] = []
    const sessions = {
      async count(person: string) {
        asked.push(`count ${person}`)
        return 3
      },
      async end(person: string) {
        asked.push(`end ${person}`)
        return 2
      },
    }
    const { ask } = await start(t, { sessions })
    const path = `/sessions?person=${encodeURIComponent('https://sso/#jo+1&ä b')}`
    const counted = await ask(path)
    assert.deepEqual([counted.status, counted.headers.get('cache-control')], [200, 'no-store'])
    assert.deepEqual(JSON.parse(counted.text), { person: 'https://sso/#jo+1&ä b', sessions: 3 })
    const ended = await ask(path, { method: 'DELETE' })
    assert.deepEqual(JSON.parse(ended.text), { person: 'https://sso/#jo+1&ä b', ended: 2 })
    assert.deepEqual(asked, ['count https://sso/#jo+1&ä b', 'end https://sso/#jo+1&ä b'])
  })

  it('ends no session for a request that can be read in two ways, or that a page of a browser sent', async (t) => {
    const never = async () => assert.fail('asked')
    const { ask } = await start(t, { sessions: { count: never, end: never } })
    for (const [status, query, init] of [
      [400, ''],
      [400, '?'],
      [400, '?person='],
      [400, '?person=jo&person=kim'],
      [400, '?person=a&b'],
      [400, '?who=jo'],
      [400, '?person=jo+kim'],
      [400, '?person=%'],
      [400, '?person=%ff'],
      [400, `?person=${'x'.repeat(2049)}`],
      [403, '?person=jo', { headers: { origin: 'http://127.0.0.1' } }],
      [405, '?person=jo', { method: 'POST' }],
      [405, '?person=jo', { method: 'HEAD' }],
      [405, '?person=jo', { method: 'OPTIONS' }],
    ] as [number, string, RequestInit?][])
      for (const method of init?.method === undefined ? ['GET', 'DELETE'] : [init.method]) {
        const answer = await ask(`/sessions${query}`, { ...init, method })
        assert.equal(answer.status, status, `${method} ${query}`)
        if (method !== 'HEAD') assert.match(answer.text, new RegExp(`^${status} `))
        assert.equal(answer.headers.get('allow'), status === 405 ? 'GET, DELETE' : null)
      }
  })

  it('says 503 with the reason while the store is away, and 500 for a fault', async (t) => {
    let failure: Error = new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'Redis is away')
    const fail = () => Promise.reject(failure)
    const { ask } = await start(t, { sessions: { count: fail, end: fail } })
    for (const method of ['GET', 'DELETE']) {
      const { status, text } = await ask('/sessions?person=jo', { method })
      assert.deepEqual([status, text], [503, '503 SESSION_STORE_UNAVAILABLE: Redis is away\n'])
    }
    failure = new TypeError('secret-canary')
    const { status, text } = await ask('/sessions?person=jo')
    assert.equal(status, 500)
    assert.doesNotMatch(text, /canary/)
  })

  it('closes connections beyond 64', async (t) => {
    const { port } = await start(t, {})
    const sockets = Array.from({ length: 65 }, () => connect(port, '127.0.0.1'))
    t.after(() => {
      for (const socket of sockets) socket.destroy()
    })
    await Promise.race(sockets.map((socket) => closed(socket.resume())))
    await Promise.all(
      sockets.map((socket) => socket.closed || socket.readyState === 'open' || once(socket, 'connect')),
    )
    assert.equal(sockets.filter((socket) => socket.destroyed).length, 1)
  })

  it('ends a connection that does not wait for its answers', async (t) => {
    const { port } = await start(t, { readiness: () => new Promise(() => {}) })
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(2))
    await closed(socket.resume())
  })
})
