import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { askRaw, openRaw } from '../helpers/clients/raw-http.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const rules = [
  { name: 'site', mount: 'site', allow: ['/**'], to: { everyone: true } },
  { name: 'secret', mount: 'site', deny: ['/secret/**'] },
  { name: 'films', mount: 'films', allow: ['/**'], to: { groups: ['film'] } },
  { name: 'open', mount: 'open', allow: ['/**'], to: { anonymous: true } },
]

/** Each mount has the keys below a prefix of its own, so that the key shows which mount was read. */
const mountsAt = (endpoint: string) => ({
  site: { path: '/', endpoint: `${endpoint}site/` },
  deep: { path: '/deep/', endpoint: `${endpoint}deep/` },
  films: { path: '/', host: 'films.test', endpoint: `${endpoint}films/` },
  open: { path: '/', host: 'open.test', endpoint: `${endpoint}open/` },
})

/** Starts a proxy with different rules for the same paths at three hosts, and signs Jo in, who is in no group. */
async function start(t: TestContext) {
  const { s3, origin, browser, log } = await startStageInProcess(t, {
    content: ({ endpoint }) => ({ access: { rules }, mounts: mountsAt(endpoint) }),
  })
  for (const mount of ['site', 'deep', 'films', 'open'])
    for (const key of ['a', 'secret/a']) s3.put(`${mount}/${key}`, { body: `${key} of ${mount}` })
  const jo = browser()
  await jo.follow(`${origin}/a`)
  const cookie = jo.jar.header('127.0.0.1', '/')
  const port = Number(new URL(origin).port)
  const linesOf = (target: string, headers: readonly string[], as: string) =>
    [`GET ${target} HTTP/1.1`, ...headers, ...(as === '' ? [] : [`cookie: ${as}`]), '', ''].join('\r\n')

  /** @returns the status, the keys that S3 was asked for, and the body where that is an object */
  async function ask(target: string, headers: readonly string[], as = cookie) {
    const before = s3.requests.length
    const { status, body } = await askRaw(port, Buffer.from(linesOf(target, headers, as)), 'GET')
    return { status, body, keys: s3.requests.slice(before).map(({ key }) => key) }
  }
  return { ask, port, linesOf, cookie, s3, log }
}

describe('rules of a mount', () => {
  it('hold at its host however that is spelled, and cannot be evaded with a session of another one', async (t) => {
    const { ask, port } = await start(t)
    const own = `host: 127.0.0.1:${port}`
    for (const [target, ...headers] of [
      ['/a', 'host: films.test'],
      ['/a', 'host: FILMS.Test:80'],
      ['/a', 'host: films.test:8443'],
      ['/%61', 'host: films.test', 'x-forwarded-host: open.test'],
      ['/a', 'host: films.test', `x-forwarded-host: 127.0.0.1:${port}`, 'forwarded: host=open.test'],
      ['/a', 'host: films.test', 'x-original-host: open.test', 'x-host: open.test'],
      ['http://films.test/a', own],
      ['http://films.test/a', 'host: open.test'],
      ['HTTP://FILMS.TEST:80/a', 'host: open.test'],
      ['/', 'host: films.test'],
      ['/deep/a', own],
      ['/deep%2Fa', own],
      ['/%64eep//a', own],
      ['/deep/', own],
      ['/secret/a', own],
      ['/secret%2fa', own],
      [`http://127.0.0.1:${port}/secret/a`, 'host: open.test'],
      ['/secret/a', own, 'x-forwarded-host: open.test', 'forwarded: host=open.test'],
      ['/secret/a', own, 'x-original-host: open.test', 'x-http-host-override: open.test'],
    ] as const) {
      const { status, keys, body } = await ask(target, headers)
      assert.deepEqual([status, keys], [403, []], `${target} ${headers}`)
      assert.match(body, /ACCESS_DENIED/)
    }
  })

  it('never decide about the objects of another mount', async (t) => {
    const { ask, port } = await start(t)
    const own = `host: 127.0.0.1:${port}`
    for (const [target, key, ...headers] of [
      ['/a', 'site/a', own, 'x-forwarded-host: films.test'],
      [`http://127.0.0.1:${port}/a`, 'site/a', 'host: films.test'],
      ['/a', 'site/a', 'host: films.test.'],
      ['/a', 'site/a', 'host: x.films.test'],
      ['/a', 'site/a', 'host: films.testing'],
      ['/secret/a', 'open/secret/a', 'host: open.test'],
      ['http://open.test/secret/a', 'open/secret/a', own],
      ['/deep', 'site/deep', own],
      ['/DEEP/a', 'site/DEEP/a', own],
      ['//deep/a', 'site//deep/a', own],
      ['/deep%252Fa', 'site/deep%2Fa', own],
      ['/films.test/a', 'site/films.test/a', own],
    ] as const) {
      const { keys } = await ask(target, headers)
      assert.ok(keys.length > 0 && keys.every((asked) => asked === key), `${target} ${headers}: ${keys}`)
    }
  })

  it('open nothing of another mount to somebody who is not signed in', async (t) => {
    const { ask, port } = await start(t)
    const own = `host: 127.0.0.1:${port}`
    const open = await ask('/a', ['host: open.test'], '')
    assert.deepEqual([open.status, open.body], [200, 'a of open'])
    assert.equal((await ask('/', ['host: open.test'], '')).status, 404)
    for (const [target, ...headers] of [
      ['/a', own, 'x-forwarded-host: open.test'],
      ['/a', own, 'forwarded: host=open.test', 'origin: http://open.test', 'referer: http://open.test/a'],
      [`http://127.0.0.1:${port}/a`, 'host: open.test'],
      ['/a', 'host: films.test'],
      ['/a', 'host: open.test.'],
    ] as const) {
      const { status, keys } = await ask(target, headers, '')
      assert.deepEqual([status, keys], [302, []], `${target} ${headers}`)
    }
  })

  it('are not reached by a request with two hosts, or with one that is none', async (t) => {
    const { ask, port } = await start(t)
    const own = `host: 127.0.0.1:${port}`
    for (const [target, ...headers] of [
      ['/a', own, 'host: open.test'],
      ['/a', 'host: open.test', 'host: open.test'],
      ['/a', 'host: open.test, films.test'],
      ['/a', 'host: films.test@open.test'],
      ['/a', 'host: open.test/films.test'],
      ['http://x@open.test/a', own],
      ['/a'],
    ] as const) {
      const { status, keys } = await ask(target, headers)
      assert.deepEqual([status, keys], [400, []], `${target} ${headers}`)
    }
  })

  it('are those of each request, also where several come over one connection', async (t) => {
    const { port, linesOf, cookie, s3, log } = await start(t)
    const connection = await openRaw(port)
    t.after(() => connection.reset())
    const before = s3.requests.length
    const hosts = ['open.test', 'films.test', `127.0.0.1:${port}`, 'films.test', 'open.test']
    connection.send(hosts.map((host) => linesOf('/secret/a', [`host: ${host}`], cookie)).join(''))
    const answers = await connection.answers(5)
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 403, 403, 403, 200],
    )
    assert.deepEqual(
      s3.requests.slice(before).map(({ key }) => key),
      ['open/secret/a', 'open/secret/a'],
    )
    const lines = log.filter(({ path, code }) => path === '/secret/a' && code === 'ACCESS_DENIED')
    assert.deepEqual(
      lines.map(({ mount, rule, ground }) => [mount, ground, rule]),
      [
        ['films', 'no-rule', undefined],
        ['site', 'deny', 'secret'],
        ['films', 'no-rule', undefined],
      ],
    )
  })
})
