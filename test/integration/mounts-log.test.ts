import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it, type TestContext } from 'node:test'
import { createHttpClient } from '../helpers/clients/http-client.ts'
import { findFreePort } from '../helpers/network/free-port.ts'
import { startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const deadlineMs = 400

describe('the log, with mounts', { timeout: 60_000 }, () => {
  let s3: S3StandIn
  before(async () => {
    s3 = await startS3StandIn({ mayList: false })
    s3.put('film', { body: { sizeBytes: 3_000_000, seed: 5 } })
  })
  after(() => s3.close())
  afterEach(() => s3.misbehave(null))

  /** Starts a proxy with two mounts at one bucket, and one at a port where nobody listens. */
  async function start(t: TestContext) {
    const content = {
      access: { rules: [{ name: 'open', allow: ['/**'], to: { anonymous: true } }] },
      mounts: {
        films: { path: '/films/', endpoint: s3.endpoint, deadlineMs },
        more: { path: '/more/', endpoint: s3.endpoint, deadlineMs },
        away: { path: '/away/', endpoint: `http://127.0.0.1:${await findFreePort()}/away/`, deadlineMs },
      },
    }
    const proxy = await startProxyInProcess({ s3 }, { AWS_S3_HEALTHCHECK_KEY: '' }, content)
    const client = createHttpClient()
    t.after(() => {
      client.close()
      return proxy.close()
    })
    return { proxy, ask: (path: string) => client.request(proxy.origin + path) }
  }

  it('names the mount when S3 is asked again, for a head and for the rest of a body', async (t) => {
    const { proxy, ask } = await start(t)
    s3.misbehave(({ ordinal }) =>
      ordinal === 1 ? { error: 503 } : ordinal === 2 ? { cutAfterBytes: 1_000_000 } : undefined,
    )
    assert.equal((await ask('/films/film')).body.byteLength, 3_000_000)
    const again = proxy.log.filter(({ msg }) => msg.startsWith('asking S3 again'))
    assert.deepEqual(
      again.map(({ level, mount, where }) => [level, mount, where]),
      [
        ['debug', 'films', 'head'],
        ['debug', 'films', 'body'],
      ],
    )
  })

  it('names the mount of a body that was cut, and its option', async (t) => {
    const { proxy, ask } = await start(t)
    s3.misbehave(({ ordinal }) => (ordinal === 1 ? { cutAfterBytes: 1_000_000 } : { resetBeforeHead: true }))
    await assert.rejects(ask('/films/film'))
    const line = await proxy.logged(({ msg }) => msg.startsWith('a body was cut'))
    assert.deepEqual([line.level, line.code, line.mount], ['warn', 'S3_TIMEOUT', 'films'])
    assert.match(line.msg, /within 400 ms \(mounts\.films\.deadlineMs\): /)
    assert.ok(proxy.log.every(({ msg }) => !/\bs3\.[a-z]/i.test(msg)))
  })

  it('warns of objects that are not served for each mount by itself', async (t) => {
    const { proxy, ask } = await start(t)
    for (const path of ['/films/none', '/more/none', '/films/none', '/more/none'])
      assert.equal((await ask(path)).status, 403)
    s3.misbehave({ error: 403, code: 'InvalidObjectState' })
    for (const path of ['/films/film', '/more/film', '/films/film'])
      assert.equal((await ask(path)).status, 403)
    for (const message of ['S3 answers AccessDenied', 'an object is not served']) {
      const warnings = proxy.log.filter(({ level, msg }) => level === 'warn' && msg.startsWith(message))
      assert.deepEqual(
        warnings.map(({ code, mount }) => [code, mount]),
        [
          ['OBJECT_DENIED', 'films'],
          ['OBJECT_DENIED', 'more'],
        ],
        message,
      )
    }
  })

  it('names the mount of a bucket that cannot be reached, for a request and at the start', async (t) => {
    const { proxy, ask } = await start(t)
    assert.ok((await ask('/away/a')).status >= 502)
    const failed = await proxy.logged(({ level, mount }) => level === 'warn' && mount === 'away')
    assert.match(failed.msg, /mounts\.away\.endpoint|mounts\.away\.deadlineMs/)
    await proxy.app.warnOfUnreachable()
    const [line, ...others] = proxy.log.filter(
      ({ msg, dependency }) => msg.startsWith('not usable yet') && dependency !== 'sso',
    )
    assert.deepEqual([line?.dependency, line?.mount, others], ['s3.away', 'away', []])
  })
})
