import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { askRaw } from '../helpers/clients/raw-http.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const rules = [
  { name: 'everything', allow: ['/**'], to: { everyone: true } },
  { name: 'public', allow: ['/public/**'], to: { anonymous: true } },
  { name: 'secret', deny: ['/secret/**', '/geh\u00e9im/**'] },
]

/** Starts a proxy with rules, and signs Jo in. */
async function start(t: TestContext) {
  const stage = await startStageInProcess(t, { content: { access: { rules } } })
  stage.s3.put('secret/a', { body: 'secret', contentType: 'text/plain' })
  stage.s3.put('public/a', { body: 'public', contentType: 'text/plain' })
  const jo = stage.browser()
  await jo.follow(`${stage.origin}/page.html`)
  const cookie = jo.jar.header('127.0.0.1', '/')
  const { port } = new URL(stage.origin)

  /** Sends a target byte for byte. @returns the answer, and the keys that S3 was asked for */
  async function ask(target: string, { method = 'GET', headers = [] as string[], as = cookie } = {}) {
    const before = stage.s3.requests.length
    const lines = [`${method} ${target} HTTP/1.1`, 'x-request-id: request-0001', ...headers]
    if (!headers.some((line) => line.startsWith('host:'))) lines.push(`host: 127.0.0.1:${port}`)
    if (as !== '') lines.push(`cookie: ${as}`)
    const text = `${lines.join('\r\n')}\r\n\r\n`
    const answer = await askRaw(Number(port), Buffer.from(text, 'utf8'), method)
    const { date: _, ...told } = answer.headers
    return { ...answer, headers: told, keys: stage.s3.requests.slice(before).map(({ key }) => key) }
  }
  return { ...stage, ask, port }
}

describe('a path that is denied', () => {
  it('is denied however it is spelled, without a request to S3', async (t) => {
    const { ask, port } = await start(t)
    for (const target of [
      ...['/secret/a', '/secret', '/secret/', '/secret//a', '/secret/none', '/secret/a/', '/secret/A'],
      ...['/%73ecret/a', '/%73%65%63%72%65%74/%61', '/secret%2Fa', '/secret%2fa', '/secret%2F%2Fa'],
      ...[
        '/secret/a?x=/public/a',
        '/secret/a?',
        '/secret/a;x=y',
        '/secret/a.',
        '/secret/a%20',
        '/secret/a#x',
      ],
      ...['/secret/%E2%80%AE', '/secret/a%0A', '/secret/%C3%A9', '/secret/*', '/secret/{id}'],
      ...['/geh%C3%A9im/a', '/geh%c3%a9im/a'],
      ...[`http://127.0.0.1:${port}/secret/a`, `HTTP://127.0.0.1:${port}/secret/a`],
    ]) {
      const { status, keys, body } = await ask(target)
      assert.deepEqual([status, keys], [403, []], target)
      assert.match(body, /ACCESS_DENIED/, target)
    }
  })

  it('is refused where a segment leads elsewhere', async (t) => {
    const { ask } = await start(t)
    for (const target of [
      ...['/public/../secret/a', '/public/%2e%2e/secret/a', '/public/..%2Fsecret/a', '/./secret/a'],
      ...['/%2e/secret/a', '/public%2F..%2Fsecret/a', '/public/..%5Csecret/a', '/public\\..\\secret/a'],
      ...[
        '/secret/a%00',
        '/public/a%00/../../secret/a',
        '/%zzsecret/a',
        '/secret/\u00e9',
        '/%C3secret/a',
        '/%C0%AFsecret/a',
      ],
    ])
      assert.deepEqual([(await ask(target)).status, (await ask(target)).keys], [400, []], target)
  })

  it('is another one where the key is another one, and S3 is asked for that very key', async (t) => {
    const { ask } = await start(t)
    for (const [target, key] of [
      ['//secret/a', '/secret/a'],
      ['/SECRET/a', 'SECRET/a'],
      ['/Secret/a', 'Secret/a'],
      ['/secret./a', 'secret./a'],
      ['/secret%20/a', 'secret /a'],
      ['/secret;/a', 'secret;/a'],
      ['/%2573ecret/a', '%73ecret/a'],
      ['/secret%252Fa', 'secret%2Fa'],
      ['/%EF%BD%93ecret/a', '\uff53ecret/a'],
      ['/gehe%CC%81im/a', 'gehe\u0301im/a'],
      ['/geh%E9im/a', undefined],
    ] as const) {
      const { status, keys } = await ask(target)
      if (key === undefined) assert.deepEqual([status, keys], [400, []], target)
      else {
        assert.notEqual(status, 200, target)
        assert.ok(keys.length > 0 && keys.every((asked) => asked === key), `${target} ${keys}`)
      }
    }
  })

  it('stays denied whatever the headers and the method are', async (t) => {
    const { ask } = await start(t)
    for (const headers of [
      ['range: bytes=0-0'],
      ['if-none-match: "x"'],
      ['if-none-match: *'],
      ['if-match: "x"', 'if-unmodified-since: Thu, 01 Jan 1970 00:00:00 GMT'],
      ['host: other.example.com'],
      ['x-original-url: /public/a', 'x-rewrite-url: /public/a', 'x-forwarded-uri: /public/a'],
      ['x-forwarded-prefix: /public', 'x-forwarded-host: assets.example.com', 'x-http-method-override: HEAD'],
      ['referer: http://127.0.0.1/public/a', 'x-forwarded-for: 127.0.0.1', 'x-forwarded-user: admin'],
      ['x-forwarded-groups: admins', 'x-auth-request-groups: admins', 'remote-user: admin'],
    ]) {
      const { status, keys } = await ask('/secret/a', { headers })
      assert.notEqual(status, 200)
      assert.deepEqual(keys, [], String(headers))
      if (!headers[0]?.startsWith('host:')) assert.equal(status, 403, String(headers))
    }
    const head = await ask('/secret/a', { method: 'HEAD' })
    assert.deepEqual([head.status, head.body, head.keys], [403, '', []])
    for (const method of ['OPTIONS', 'POST', 'PUT', 'DELETE', 'PROPFIND'])
      assert.deepEqual((await ask('/secret/a', { method })).keys, [], method)
  })

  it('tells nothing of the object: all answers are the same to the byte', async (t) => {
    const { ask } = await start(t)
    const there = await ask('/secret/a')
    for (const target of ['/secret/none', '/secret/', '/secret/a?range=1'])
      assert.deepEqual(await ask(target), there, target)
    assert.deepEqual(await ask('/secret/a', { headers: ['range: bytes=99-'] }), there)
    assert.deepEqual(
      await ask('/secret/none', { method: 'HEAD' }),
      await ask('/secret/a', { method: 'HEAD' }),
    )
  })
})

describe('a path that is open to anybody', () => {
  it('is read without a session, and nothing beside it is, however that is spelled', async (t) => {
    const { ask } = await start(t)
    const open = await ask('/public/a', { as: '' })
    assert.deepEqual([open.status, open.body, open.headers['set-cookie']], [200, 'public', undefined])
    assert.equal((await ask('/%70ublic%2Fa', { as: '' })).status, 200)
    assert.equal((await ask('/public/a', { as: 's3proxy_session=forged' })).status, 200)
    for (const target of [
      '/Public/a',
      '/public%252Fa',
      '//public/a',
      '/publica',
      '/page.html',
      '/secret/a',
      '/',
    ]) {
      const { status, keys, body } = await ask(target, { as: '' })
      assert.deepEqual([status, keys, body], [302, [], ''], target)
    }
    for (const target of ['/public/../page.html', '/public/%2e%2e%2Fpage.html'])
      assert.deepEqual([(await ask(target, { as: '' })).status], [400], target)
  })
})
