import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { get } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { createHttpClient } from '../helpers/clients/http-client.ts'
import { localhostFiles, localhostTls } from '../helpers/network/localhost-tls.ts'
import { bareEnv, program, startProxy } from '../helpers/proxy/proxy-process.ts'
import { generatedBytes, generatedSha256 } from '../helpers/s3/stand-in/generated-body.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { environmentOf } from '../helpers/stage/environment.ts'

const mib = 1024 * 1024
const sizeBytes = 16 * mib + 77

for (const scheme of ['http', 'https'] as const) {
  describe(`downloads over several connections to an ${scheme} S3`, { timeout: 120_000 }, () => {
    let s3: S3StandIn
    let env: Record<string, string>
    before(async () => {
      const tls = scheme === 'https' ? { tls: localhostTls } : {}
      s3 = await startS3StandIn({ bytesPerSecondPerConnection: 10 * mib, firstByteDelayMs: 5, ...tls })
      s3.put('film', { body: { sizeBytes, seed: 9 } })
      env = {
        ...environmentOf({ s3 }),
        S3PROXY_S3_PARALLEL_THRESHOLD_BYTES: String(4 * mib),
        S3PROXY_S3_PARALLEL_PART_BYTES: String(mib),
        ...(scheme === 'https' ? { NODE_EXTRA_CA_CERTS: localhostFiles.certFile } : {}),
        // This object needs no login, and is served by the same code as all others.
        AWS_S3_HEALTHCHECK_KEY: 'film',
        S3PROXY_SESSION_STORE: 'memory',
      }
    })
    after(() => s3.close())

    it('serves whole objects and ranges byte-exact, with the head that one connection has', async () => {
      const proxy = await startProxy(env)
      const client = createHttpClient()
      const whole = await client.request(`${proxy.origin}/film`, { headers: { 'x-request-id': 'whole-123' } })
      assert.equal(whole.status, 200)
      assert.equal(whole.headers['content-length'], String(sizeBytes))
      assert.equal(whole.headers['content-range'], undefined)
      assert.equal(sha256(whole.body), generatedSha256(sizeBytes, 9))
      const line = await proxy.logged(({ requestId }) => requestId === 'whole-123')
      assert.equal(line.outcome, 'complete')
      assert.ok(Number(line.parts) > 0, JSON.stringify(line))
      const range = await client.request(`${proxy.origin}/film`, { headers: { range: 'bytes=12345-' } })
      assert.equal(range.status, 206)
      assert.equal(range.headers['content-range'], `bytes 12345-${sizeBytes - 1}/${sizeBytes}`)
      assert.ok(range.body.equals(generatedBytes(9, 12_345, sizeBytes - 12_345)))
      client.close()
      assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
    })

    it('cuts the client off when the object is replaced midway', async (t) => {
      const proxy = await startProxy(env)
      t.after(() => s3.put('film', { body: { sizeBytes, seed: 9 } }))
      const response = await startDownload(proxy.port)
      let at = 0
      await assert.rejects(async () => {
        for await (const piece of response as AsyncIterable<Buffer>) {
          assert.ok(piece.equals(generatedBytes(9, at, piece.length)), `wrong bytes at ${at}`)
          at += piece.length
          if (at > 6 * mib) s3.put('film', { body: { sizeBytes, seed: 10 } })
        }
      }, /aborted/)
      assert.ok(at > 6 * mib && at < sizeBytes)
      const line = await proxy.logged(({ outcome }) => outcome === 'cut')
      assert.equal(line.code, 'OBJECT_REPLACED')
      // A reset drops bytes that are still on their way.
      assert.ok(Number(line.bytes) >= at && Number(line.bytes) < sizeBytes, JSON.stringify(line))
      await proxy.logged(({ code }) => code === 'OBJECT_REPLACED')
      await proxy.stop()
    })

    it('closes every connection to S3 when the client leaves', async () => {
      const proxy = await startProxy(env)
      const response = await startDownload(proxy.port)
      let bytes = 0
      for await (const piece of response as AsyncIterable<Buffer>) {
        bytes += piece.length
        if (bytes > 6 * mib) break
      }
      response.destroy()
      const line = await proxy.logged(({ outcome }) => outcome === 'aborted')
      assert.ok(Number(line.parts) > 0)
      await s3.connectionsBelow(1)
      await proxy.stop()
    })

    it('fetches the same bytes', async () => {
      const child = spawn(process.execPath, [program, 'fetch', 'film', '--quiet'], {
        env: { ...bareEnv, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const hash = createHash('sha256')
      const closed = once(child, 'close')
      const before = s3.requestCount
      for await (const piece of child.stdout) hash.update(piece)
      assert.deepEqual(await closed, [0, null])
      assert.equal(hash.digest('hex'), generatedSha256(sizeBytes, 9))
      assert.ok(s3.requestCount - before > 2)
    })
  })
}

async function startDownload(port: number) {
  const request = get({ host: '127.0.0.1', port, path: '/film', agent: false })
  request.on('error', () => {})
  const [response] = await once(request, 'response')
  return response
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
