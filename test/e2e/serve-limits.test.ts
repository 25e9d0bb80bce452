import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sha256, startDownload } from '../helpers/clients/download.ts'
import { askRaw } from '../helpers/clients/raw-http.ts'
import { logIn } from '../helpers/clients/sign-in.ts'
import { eventually } from '../helpers/eventually.ts'
import type { ProxyProcess } from '../helpers/proxy/proxy-process.ts'
import { generatedSha256 } from '../helpers/s3/stand-in/generated-body.ts'
import { useStage } from '../helpers/stage/use-stage.ts'

const film = '/large.bin'
const filmSha256 = generatedSha256(64 << 20, 3)

describe('s3proxy serve with limits of a person', { timeout: 120_000 }, () => {
  const { stage, newClient } = useStage()

  /** Each test has keys of its own in Redis, where the people of the tests before are still signed in. */
  const serve = (name: string, more: Record<string, string>) =>
    stage().serve({ S3PROXY_SESSION_REDIS_KEY_PREFIX: `${name}:`, ...more })

  /** Alice, signed in anew. */
  async function signIn(proxy: ProxyProcess) {
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`)
    return client
  }

  it('shows a page to a browser that asks for too much, and serves it once a download has ended', async () => {
    const proxy = await serve('page', { S3PROXY_LIMITS_STREAMS_PER_PERSON: '2' })
    const client = await signIn(proxy)
    const downloads = [await startDownload(proxy, client, film), await startDownload(proxy, client, film)]
    const ask = () =>
      client.request(`${proxy.origin}/a%20page.html`, { headers: { accept: 'text/html,*/*' } })
    const { status, headers, text } = await ask()
    assert.deepEqual([status, headers['retry-after'], headers['cache-control']], [429, '5', 'no-store'])
    assert.match(headers['content-type'] ?? '', /^text\/html/)
    assert.match(text, /<h1>Too many downloads at once<\/h1>/)
    assert.match(text, /You have 2 downloads running, and no more may run at once\./)
    assert.match(text, /429 STREAMS_TOO_MANY · request [\w-]+</)
    assert.deepEqual(await Promise.all(downloads.map(sha256)), [filmSha256, filmSha256])
    assert.equal((await ask()).status, 200)
    await proxy.stop()
  })

  it('frees the places of an instance that was killed', async () => {
    const limits = { S3PROXY_LIMITS_STREAMS_PER_PERSON: '2' }
    const [killed, other] = [await serve('killed', limits), await serve('killed', limits)]
    const client = await signIn(other)
    for (let count = 0; count < 2; count++) (await startDownload(killed, client, film)).on('error', () => {})
    const ask = async () => (await client.request(`${other.origin}/a%20page.html`)).status
    assert.equal(await ask(), 429)
    killed.child.kill('SIGKILL')
    await killed.exited
    assert.equal(await eventually(ask, (status) => status === 200), 200)
    await other.stop()
  })

  it('counts the downloads of all workers together, and completes them on SIGTERM', async () => {
    const proxy = await serve('workers', {
      S3PROXY_SERVER_WORKERS: '2',
      S3PROXY_LIMITS_STREAMS_PER_PERSON: '6',
    })
    const client = await signIn(proxy)
    const downloads = []
    for (let count = 0; count < 6; count++) downloads.push(await startDownload(proxy, client, film))
    assert.ok(downloads.every(({ statusCode }) => statusCode === 200))
    const cookie = client.jar.header('127.0.0.1', '/')
    const asked = Array.from({ length: 8 }, () =>
      askRaw(
        proxy.port,
        `GET /a%20page.html HTTP/1.1\r\nhost: 127.0.0.1:${proxy.port}\r\ncookie: ${cookie}\r\n\r\n`,
      ),
    )
    for (const { status } of await Promise.all(asked)) assert.equal(status, 429)
    proxy.child.kill('SIGTERM')
    assert.deepEqual(new Set(await Promise.all(downloads.map(sha256))), new Set([filmSha256]))
    assert.deepEqual(await proxy.exited, { status: 0, signal: null })
    const served = proxy.log.filter(({ key }) => key === 'large.bin')
    assert.equal(new Set(served.map(({ worker }) => worker)).size, 2, 'each worker has sent some')
  })

  it('completes on SIGTERM what would take minutes at the pace of its person', async () => {
    const proxy = await serve('pace', { S3PROXY_LIMITS_BYTES_PER_SECOND_PER_PERSON: '500000' })
    const download = await startDownload(proxy, await signIn(proxy), film)
    proxy.child.kill('SIGTERM')
    assert.equal(await sha256(download), filmSha256)
    assert.deepEqual(await proxy.exited, { status: 0, signal: null })
  })
})
