import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { sha256, startDownload } from '../helpers/clients/download.ts'
import { logIn } from '../helpers/clients/sign-in.ts'
import { closed } from '../helpers/network/closed.ts'
import { startRawServer } from '../helpers/network/raw-server.ts'
import { generatedSha256 } from '../helpers/s3/stand-in/generated-body.ts'
import { useStage } from '../helpers/stage/use-stage.ts'

describe('s3proxy serve, on SIGTERM', { timeout: 120_000 }, () => {
  const { stage, newClient } = useStage()

  it('completes what is under way on SIGTERM, closes everything else at once, and exits 0', async () => {
    const proxy = await stage().serve()
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`)
    const idle = connect(proxy.port, '127.0.0.1')
    await once(idle, 'connect')
    const download = await startDownload(proxy, client, '/large.bin')
    assert.equal(download.statusCode, 200)
    const idleClosed = closed(idle)
    proxy.child.kill('SIGTERM')
    await proxy.logged((line) => line.msg.startsWith('shutting down'))
    proxy.child.kill('SIGTERM')
    await idleClosed
    await assert.rejects(newClient().request(`${proxy.origin}/health.txt`), { code: 'ECONNREFUSED' })
    assert.equal(await sha256(download), generatedSha256(64 << 20, 3))
    assert.deepEqual(await proxy.exited, { status: 0, signal: null })
    assert.equal((await proxy.logged((line) => line.msg === 'stopped')).cut, 0)
  })

  for (const workers of ['1', '2']) {
    it(`exits 0 however many SIGTERM come, to its very end, with ${workers} workers`, async () => {
      for (let round = 0; round < 5; round++) {
        const proxy = await stage().serve({ S3PROXY_SERVER_WORKERS: workers })
        const { child } = proxy
        while (child.exitCode === null && child.signalCode === null) {
          child.kill('SIGTERM')
          await new Promise(setImmediate)
        }
        assert.deepEqual(await proxy.exited, { status: 0, signal: null })
      }
    })
  }

  it('resets what is still running after drainTimeoutMs, says so, and exits 0', async () => {
    const proxy = await stage().serve({ S3PROXY_SERVER_DRAIN_TIMEOUT_MS: '300' })
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`)
    const download = await startDownload(proxy, client, '/large.bin')
    // Nobody reads the body, so that it cannot end.
    const failed = once(download, 'error')
    proxy.child.kill('SIGTERM')
    assert.deepEqual(await proxy.exited, { status: 0, signal: null })
    const line = await proxy.logged((candidate) => candidate.msg.startsWith('stopped: 1 request'))
    assert.equal(line.cut, 1)
    download.resume()
    await failed
    assert.equal(download.complete, false)
  })

  it('waits for no provider of credentials that is silent', async (t) => {
    const provider = await startRawServer(t, () => {})
    const proxy = await stage().serve({
      ...{ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', S3PROXY_S3_DEADLINE_MS: '300' },
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${provider.port}/`,
      ...{ AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_CONFIG_FILE: '/dev/null' },
    })
    assert.equal((await newClient().request(`${proxy.origin}/health.txt`)).status, 504)
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
    assert.equal(provider.sockets.length, 1)
  })
})
