import assert from 'node:assert/strict'
import { get } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { productOptions } from '../../src/config/options/product-options.ts'
import { resolveConfig } from '../../src/config/resolve.ts'
import { startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { generatedBytes } from '../helpers/s3/stand-in/generated-body.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { environmentOf } from '../helpers/stage/environment.ts'

/** Anybody may read, so that these tests are about mounts alone. */
const access = { rules: [{ name: 'open', allow: ['/**'], to: { anonymous: true } }] }

describe('mounts', { timeout: 60_000 }, () => {
  let s3: S3StandIn
  let other: S3StandIn
  before(async () => {
    s3 = await startS3StandIn()
    other = await startS3StandIn()
    s3.put('one/a', { body: 'a of one' })
    s3.put('two/a', { body: 'a of two' })
    s3.put('two/health', { body: 'well' })
    s3.put('two/film', { body: { sizeBytes: 20_000_000, seed: 4 } })
    other.put('a', { body: 'a of other' })
    other.put('/a b', { body: 'slash' })
  })
  after(async () => {
    await s3.close()
    await other.close()
  })

  const contentOf = (mounts: object) => ({ access, mounts, s3: { healthcheckKey: 'two/health' } })
  const configured = () => ({
    one: { path: '/', endpoint: `${s3.endpoint}one/` },
    two: { path: '/two/', endpoint: `${s3.endpoint}two/` },
    other: {
      ...{ path: '/two/deep/', endpoint: other.endpoint, region: other.region },
      ...{ accessKeyId: other.accessKeyId, secretAccessKey: other.secretAccessKey },
    },
    byHost: { path: '/', host: 'two.test', endpoint: `${s3.endpoint}two/` },
  })
  const start = (content: object) =>
    startProxyInProcess({ s3 }, { AWS_S3_HEALTHCHECK_KEY: '', S3PROXY_LOG_AUDIT: 'true' }, content)

  it('give the object that stands behind the path, and name themselves in the log', async (t) => {
    const proxy = await start(contentOf(configured()))
    t.after(() => proxy.close())
    for (const [path, host, status, body] of [
      ['/a', 'any', 200, 'a of one'],
      ['/two/a', 'any', 200, 'a of two'],
      ['/two%2Fa', 'any', 200, 'a of two'],
      ['/two/deep/a', 'any', 200, 'a of other'],
      ['/two/deep//a%20b', 'any', 200, 'slash'],
      ['/two/deep', 'any', 404, undefined],
      ['/two/deep/', 'any', 404, undefined],
      ['/a', 'two.test:81', 200, 'a of two'],
      ['/two/health', '10.0.0.1', 200, 'well'],
    ] as const) {
      const answer = await ask(proxy.port, path, host)
      assert.equal(answer.status, status, path)
      if (body !== undefined) assert.equal(answer.body.toString(), body, path)
    }
    const lines = await proxy.accessReach(9)
    assert.deepEqual(
      lines.map(({ mount, key }) => [mount, key]),
      [
        ['one', 'a'],
        ['two', 'a'],
        ['two', 'a'],
        ['other', 'a'],
        ['other', '/a b'],
        ['two', 'deep'],
        [undefined, undefined],
        ['byHost', 'a'],
        ['two', 'health'],
      ],
    )
  })

  it('have their own line in the report of readiness', async (t) => {
    const proxy = await start(contentOf(configured()))
    t.after(() => proxy.close())
    const { checks } = await proxy.app.readiness.check()
    for (const name of ['one', 'two', 'other', 'byHost']) assert.equal(checks[`s3.${name}`], 'ok', name)
    assert.equal(checks.s3, undefined)
  })

  it('answer what is in none of them behind the login', async (t) => {
    const { two } = configured()
    const proxy = await start({ mounts: { two } })
    t.after(() => proxy.close())
    for (const path of ['/', '/a', '/two', '/two/'])
      assert.equal((await ask(proxy.port, path, 'any')).status, 401, path)
  })

  it('come, change and go with a reload, and downloads under way end as they began', async (t) => {
    const { one, two } = configured()
    const proxy = await start(contentOf({ one, two }))
    t.after(() => proxy.close())
    const reload = async (mounts: object) => {
      const sources = {
        ...{ flags: new Map(), env: environmentOf({ s3 }), dotenv: {} },
        ...{ file: { path: 's3proxy.json', content: { access, mounts } }, readSecretFile: () => '' },
      }
      const { config, problems } = resolveConfig(sources, productOptions.sections)
      assert.ok(config, JSON.stringify(problems))
      const change = await proxy.app.prepare(config)
      change.commit()
    }
    const bodyOf = async (path: string) => (await ask(proxy.port, path, 'any')).body.toString()
    const film = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      get({ port: proxy.port, path: '/two/film' }, resolve).on('error', reject)
    })
    await reload({ one: { ...one, endpoint: `${s3.endpoint}two/` }, new: { ...two, path: '/new/' } })
    assert.equal(await bodyOf('/a'), 'a of two')
    assert.equal(await bodyOf('/new/a'), 'a of two')
    assert.equal((await ask(proxy.port, '/two/a', 'any')).status, 404)
    const pieces: Buffer[] = []
    for await (const piece of film) pieces.push(piece)
    assert.ok(Buffer.concat(pieces).equals(generatedBytes(4, 0, 20_000_000)))
  })
})

function ask(
  port: number,
  path: string,
  host: string,
): Promise<{ status: number | undefined; body: Buffer }> {
  return new Promise((resolve, reject) => {
    get({ port, path, headers: { host, 'sec-fetch-mode': 'cors' } }, async (response) => {
      const pieces: Buffer[] = []
      for await (const piece of response) pieces.push(piece)
      resolve({ status: response.statusCode, body: Buffer.concat(pieces) })
    }).on('error', reject)
  })
}
