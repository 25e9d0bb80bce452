import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { after, afterEach, before, describe, it, type TestContext } from 'node:test'
import { createHttpClient, type HttpAnswer, type HttpClient } from '../helpers/clients/http-client.ts'
import { openRaw } from '../helpers/clients/raw-http.ts'
import { findGoProgram } from '../helpers/machine/find-go-program.ts'
import { canConnect } from '../helpers/network/can-connect.ts'
import { findFreePort } from '../helpers/network/free-port.ts'
import { type ProxyProcess, startProxy } from '../helpers/proxy/proxy-process.ts'
import { type RedisServer, startRedisServer } from '../helpers/redis/redis-server.ts'
import { startRealS3 } from '../helpers/s3/real-s3.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { versitygwCommand } from '../helpers/s3/versitygw.ts'
import { type OriginalSso, startOriginalSso } from '../helpers/sso/original-sso.ts'

/**
 * The questions of the original's tests, asked of the built program in the original's own environment: a real
 * Redis, versitygw as S3 where it is found, an SSO that answers as its did. Where s3proxy differs on purpose, the test
 * says how; docs/replacing-the-original.md says why.
 */
describe('what the original was tested for', { timeout: 300_000 }, () => {
  let s3: Bucket
  let sso: OriginalSso
  let redis: RedisServer
  let proxy: ProxyProcess
  const clients: HttpClient[] = []
  const content = 'the content of the object'
  const large = Buffer.alloc(16 << 20, 'abcdefghijklmnopqrstuvw')

  const environment = () => ({
    VCAP_SERVICES: JSON.stringify({ redis: [{ credentials: { uri: redis.url } }] }),
    SSO_URL: sso.url,
    SSO_CLIENT_ID: sso.clientId,
    SSO_CLIENT_SECRET: sso.clientSecret,
    // With 0, s3proxy checks the token at every request, as the original does.
    SSO_TOKEN_CHECK_GRACE_PERIOD: '0',
    AWS_S3_BUCKET: s3.bucket,
    AWS_DEFAULT_REGION: s3.region,
    S3_ENDPOINT_URL: s3.origin,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    AWS_S3_HEALTHCHECK_KEY: 'health-check',
  })
  before(async () => {
    ;[s3, sso, redis] = await Promise.all([startBucket(), startOriginalSso(), startRedisServer()])
    await s3.put('key', content)
    await s3.put('large', large)
    proxy = await startProxy(environment())
  })
  after(async () => {
    await proxy?.stop()
    await Promise.all([s3?.close(), sso?.close(), redis?.close()])
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.close()
    sso.reset()
  })

  function browser(): HttpClient {
    const client = createHttpClient()
    clients.push(client)
    return client
  }
  const at = (path: string) => `${proxy.origin}${path}`

  describe('before anything runs', () => {
    for (const what of ['the application', 'the SSO'])
      it(`nobody answers in the place of ${what}`, async () => {
        assert.equal(await canConnect(await findFreePort()), false)
      })
  })

  describe('a login', () => {
    it('leads to an object that is there, by three redirects', async () => {
      const { answer, redirects } = await walk(browser(), at('/key'))
      assert.deepEqual([answer.status, answer.text], [200, content])
      assert.equal(answer.headers['content-length'], String(content.length))
      assert.equal(redirects, 3)
    })

    it('may be begun twice in one browser, and its callback be opened twice', async () => {
      const client = browser()
      const begun = [await go(client, at('/key?1')), await go(client, at('/key?2'))]
      const callbacks = [await go(client, begun[0] ?? ''), await go(client, begun[1] ?? '')]
      for (const callback of [callbacks[0], callbacks[0], callbacks[1]]) {
        const { answer } = await walk(client, callback ?? '')
        assert.deepEqual([answer.status, answer.text], [200, content])
      }
    })

    it('leads another browser, to which its callback is brought, through a login of its own', async () => {
      const [first, second] = [browser(), browser()]
      const callback = await go(first, await go(first, at('/key')))
      for (const client of [first, second]) {
        const { answer } = await walk(client, callback)
        assert.deepEqual([answer.status, answer.text], [200, content])
      }
    })

    it('leads back to where it began, without a question mark, whatever host the callback names', async () => {
      const client = browser()
      const callback = await go(client, await go(client, at('/key')))
      const cookie = client.jar.header('127.0.0.1', '/')
      const location = await rawLocation(proxy.port, pathOf(callback), { host: 'localhost', cookie })
      assert.equal(location, at('/key'))
    })

    it('keeps a question mark at the end; without its cookie, the callback starts over', async () => {
      const client = browser()
      const begun = await rawLocation(proxy.port, '/key?', { host: `127.0.0.1:${proxy.port}` })
      const callback = await go(client, begun)
      const restarted = await rawLocation(proxy.port, pathOf(callback), { host: 'localhost' })
      assert.ok(restarted.startsWith(`${sso.url}o/authorize/`))
      const { urls } = await walk(client, callback)
      assert.equal(urls.at(-1), at('/key?'))
    })

    it('that comes back without any cookie gets a redirect without a body, and no session', async () => {
      const callback = await go(browser(), await go(browser(), at('/key')))
      const answer = await browser().request(callback)
      assert.deepEqual([answer.status, answer.text], [302, ''])
      assert.ok(answer.headers.location?.startsWith(`${sso.url}o/authorize/`))
    })

    it('is good for the requests after it', async () => {
      const client = browser()
      await walk(client, at('/key'))
      const { answer, redirects } = await walk(client, at('/key'))
      assert.deepEqual([answer.text, redirects], [content, 0])
    })

    it('begins anew when Redis has lost everything', async () => {
      const client = browser()
      await walk(client, at('/key'))
      await redis.command('flushall')
      const { answer, redirects } = await walk(client, at('/key'))
      assert.deepEqual([answer.text, redirects], [content, 3])
    })

    it('of which Redis has lost the state asks for the original link, in every browser', async () => {
      const client = browser()
      const callback = await go(client, await go(client, at('/key')))
      await redis.command('flushall')
      for (const one of [client, browser()]) {
        const answer = await one.request(callback)
        assert.equal(answer.status, 403)
        assert.match(answer.text, /Please try the original link again\./)
      }
    })

    it('goes by https where the router says so', async () => {
      const headers = { 'x-forwarded-proto': 'https' }
      const { location } = (await browser().request(at('/key'), { headers })).headers
      const redirectUri = new URL(location ?? '').searchParams.get('redirect_uri')
      assert.equal(redirectUri, `https://127.0.0.1:${proxy.port}/__redirect_from_sso`)
    })

    it('ends at the page of the SSO for who is not signed in there', async () => {
      sso.state.isSignedIn = false
      const { answer, redirects } = await walk(browser(), at('/key'))
      assert.deepEqual([answer.text, redirects], ['The login page', 1])
    })
  })

  describe('an SSO that fails', () => {
    /** Starts a new program, as each test of the original does: after a failure of its SSO, it waits for a second. */
    const ownKey = async (t: TestContext) => {
      const own = await startProxy(environment())
      t.after(() => own.stop())
      return `${own.origin}/key`
    }

    it('by 500 from `me` gives 502, where it was 500', async (t) => {
      const key = await ownKey(t)
      const client = browser()
      await walk(client, key)
      sso.state.meStatus = 500
      assert.equal((await client.request(key)).status, 502)
      assert.equal((await walk(browser(), key)).answer.status, 502)
    })

    it('by being gone gives 502, where it was 500', async (t) => {
      const key = await ownKey(t)
      const client = browser()
      await walk(client, key)
      await sso.close()
      const answer = await client.request(key)
      await sso.open()
      assert.equal(answer.status, 502)
      assert.ok(!answer.text.includes(content))
    })

    it('by refusing the code gives 403', async () => {
      sso.state.givenCode = 'another-code'
      assert.equal((await walk(browser(), at('/key'))).answer.status, 403)
    })

    it('by refusing the client secret gives 403', async (t) => {
      const wrong = await startProxy({ ...environment(), SSO_CLIENT_SECRET: 'not-the-secret' })
      t.after(() => wrong.stop())
      assert.equal((await walk(browser(), `${wrong.origin}/key`)).answer.status, 403)
    })

    it('by refusing a token that it just gave is asked once more, by itself, by six redirects', async () => {
      sso.state.tokens = ['the-first-token', 'the-second-token']
      sso.state.takenTokens = ['the-second-token']
      const { answer, redirects } = await walk(browser(), at('/key'))
      assert.deepEqual([answer.status, answer.text, redirects], [200, content, 6])
    })

    it('by 500 from the token endpoint gives 502, where it was 500, and no circle of redirects', async (t) => {
      const key = await ownKey(t)
      sso.state.tokens = []
      const { answer, redirects } = await walk(browser(), key)
      assert.deepEqual([answer.status, redirects], [502, 2])
    })
  })

  describe('a callback', () => {
    it('with a state that nobody knows is 403', async () => {
      const answer = await browser().request(at('/__redirect_from_sso?state=unknown&code=the-code'))
      assert.equal(answer.status, 403)
    })
    for (const query of ['?code=the-code', ''])
      it(`with ${query === '' ? 'neither code nor state' : 'a code and no state'} is 400`, async () => {
        assert.equal((await browser().request(at(`/__redirect_from_sso${query}`))).status, 400)
      })
  })

  describe('objects', () => {
    it('of some size are sent side by side', async () => {
      const client = browser()
      await walk(client, at('/key'))
      const [one, two] = await Promise.all([download(client, at('/large')), download(client, at('/large'))])
      assert.deepEqual([await one.take(1 << 20), await two.take(1 << 20)], [true, true])
      assert.deepEqual(await Promise.all([one.rest(), two.rest()]), [large.length, large.length])
    })

    for (const from of [0, 1])
      it(`are sent in part for bytes=${from}-`, async () => {
        const client = browser()
        await walk(client, at('/key'))
        const answer = await client.request(at('/key'), { headers: { range: `bytes=${from}-` } })
        assert.deepEqual([answer.status, answer.text], [206, content.slice(from)])
        const [last, size] = [content.length - 1, content.length]
        assert.equal(answer.headers['content-range'], `bytes ${from}-${last}/${size}`)
        assert.equal(answer.headers['content-length'], String(size - from))
      })

    it('that are not there are 404', async () => {
      assert.equal((await walk(browser(), at('/not-there'))).answer.status, 404)
    })

    it('cannot be read with wrong credentials: 502, where it was 500', async (t) => {
      const wrong = await startProxy({ ...environment(), AWS_SECRET_ACCESS_KEY: 'not-the-key' })
      t.after(() => wrong.stop())
      assert.equal((await walk(browser(), `${wrong.origin}/key`)).answer.status, 502)
    })

    it('at the root stand behind the login as everywhere', async () => {
      const answer = await browser().request(at('/'))
      assert.equal(answer.status, 302)
      assert.ok(answer.headers.location?.startsWith(`${sso.url}o/authorize/`))
    })
  })

  describe('the health check', () => {
    it('is 404 while its object is not there', async () => {
      assert.equal((await browser().request(at('/health-check'))).status, 404)
    })

    it('is the object, without a login, as soon as it is', async () => {
      await s3.put('health-check', 'all is well')
      const answer = await browser().request(at('/health-check'))
      assert.deepEqual([answer.status, answer.text], [200, 'all is well'])
    })
  })

  describe('SIGTERM', () => {
    async function downloadingOne(t: TestContext) {
      const own = await startProxy(environment())
      t.after(() => own.child.kill('SIGKILL'))
      const client = browser()
      await walk(client, `${own.origin}/key`)
      const begun = await download(client, `${own.origin}/large`)
      assert.equal(await begun.take(1), true)
      return { own, begun }
    }

    for (const times of [1, 2])
      it(`lets a download under way come to its end, ${times === 1 ? 'once' : 'and twice'}`, async (t) => {
        const { own, begun } = await downloadingOne(t)
        for (let count = 0; count < times; count++) own.child.kill('SIGTERM')
        assert.equal(await begun.rest(), large.length)
        assert.deepEqual(await own.exited, { status: 0, signal: null })
      })

    it('refuses new connections while the download goes on', async (t) => {
      const { own, begun } = await downloadingOne(t)
      own.child.kill('SIGTERM')
      await untilRefused(own.port)
      assert.equal(await begun.rest(), large.length)
      await own.exited
    })

    it('closes kept connections without a request, where they were still served', async (t) => {
      const own = await startProxy(environment())
      t.after(() => own.child.kill('SIGKILL'))
      const kept = await openRaw(own.port)
      kept.send(`GET /key HTTP/1.1\r\nhost: 127.0.0.1:${own.port}\r\n\r\n`)
      assert.equal((await kept.answer()).status, 302)
      own.child.kill('SIGTERM')
      await kept.ended
      assert.deepEqual(await own.exited, { status: 0, signal: null })
    })
  })
})

interface Bucket {
  origin: string
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  put(key: string, body: Uint8Array | string): Promise<void>
  close(): Promise<void>
}

async function startBucket(): Promise<Bucket> {
  const program = findGoProgram('versitygw')
  if (program !== undefined) return startRealS3(program, versitygwCommand)
  const s3 = await startS3StandIn()
  return { ...s3, put: async (key, body) => void s3.put(key, { body }) }
}

/** Expects a redirect. @returns its target */
async function go(client: HttpClient, url: string): Promise<string> {
  const { status, headers, text } = await client.request(url)
  assert.equal(status, 302, text)
  return headers.location ?? ''
}

/** Follows redirects to their end. */
async function walk(client: HttpClient, url: string) {
  const urls = [url]
  let answer: HttpAnswer = await client.request(url)
  while (answer.status === 302 && urls.length < 20) {
    urls.push(answer.headers.location ?? '')
    answer = await client.request(urls.at(-1) ?? '')
  }
  return { answer, urls, redirects: urls.length - 1 }
}

function pathOf(url: string): string {
  return url.slice(new URL(url).origin.length)
}

/** The `location` of an answer, byte for byte. */
async function rawLocation(port: number, target: string, headers: Record<string, string>): Promise<string> {
  const connection = await openRaw(port)
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\r\n`)
  connection.send(`GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`)
  const answer = await connection.answer()
  connection.socket.destroy()
  return answer.headers.location ?? ''
}

/** Starts a download that is read only as far as the test wants. */
async function download(client: HttpClient, url: string) {
  const headers = { cookie: client.jar.header('127.0.0.1', '/') }
  const [response] = (await once(get(url, { headers }), 'response')) as [IncomingMessage]
  const pieces = response[Symbol.asyncIterator]()
  let bytes = 0
  return {
    /** Reads on. @returns whether the body goes on after that many bytes */
    async take(enough: number): Promise<boolean> {
      while (bytes < enough) {
        const { value, done } = await pieces.next()
        if (done === true) return false
        bytes += value.length
      }
      return true
    },
    /** Reads to the end. @returns the size of the whole body */
    async rest(): Promise<number> {
      await this.take(Number.POSITIVE_INFINITY)
      return bytes
    },
  }
}

async function untilRefused(port: number): Promise<void> {
  while (await canConnect(port));
}
