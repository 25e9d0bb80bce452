import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openRaw } from '../helpers/clients/raw-http.ts'
import { eventually } from '../helpers/eventually.ts'
import { canConnect } from '../helpers/network/can-connect.ts'
import { findFreePort } from '../helpers/network/free-port.ts'
import type { LogLine } from '../helpers/proxy/log-lines.ts'
import { bareEnv, type ProxyProcess, program } from '../helpers/proxy/proxy-process.ts'
import { useStage } from '../helpers/stage/use-stage.ts'

const drainTimeoutMs = 3000
const quick = { S3PROXY_SERVER_DRAIN_TIMEOUT_MS: String(drainTimeoutMs) }
/** More requests than lines of about 2.4 KiB fit into the queue of the log. */
const manyRequests = 4000
const isRequest = (line: LogLine) => line.msg === 'request'

/** Sends requests for a long path of s3proxy that does not exist, several at a time over one connection. */
async function askOften(port: number, count: number): Promise<void> {
  const connection = await openRaw(port)
  const request = `GET /__s3proxy/${'a'.repeat(8000)}?password=hunter2 HTTP/1.1\r\nhost: a\r\n\r\n`
  let answered = 0
  connection.socket.on('data', (piece: Buffer) => {
    answered += piece.toString('latin1').split('HTTP/1.1 404 ').length - 1
  })
  for (let sent = 0; sent < count; sent += 50) {
    connection.send(request.repeat(50))
    const seen = await eventually(
      async () => answered,
      (soFar) => soFar >= sent + 50,
    )
    assert.equal(seen, sent + 50)
  }
  connection.socket.destroy()
}

/** Measures the time from SIGTERM to the end of the process, whether or not anybody reads its output. */
async function stopTimed(child: ProxyProcess['child']): Promise<{ status: unknown; ms: number }> {
  const startedAt = performance.now()
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const outcome = await Promise.race([exited, sleep(3 * drainTimeoutMs, ['still there'], { ref: false })])
  child.kill('SIGKILL')
  return { status: outcome[0], ms: performance.now() - startedAt }
}

describe('the log of s3proxy serve', { timeout: 120_000 }, () => {
  const { stage } = useStage()

  it('drops lines and counts them while nobody reads, and says so once somebody does', async () => {
    const proxy = await stage().serve({ ...quick, S3PROXY_SERVER_ADMIN_PORT: '0' })
    const admin = await proxy.logged((line) => line.msg === 'admin port listening')
    const out = proxy.child.stdout
    out?.pause()
    await askOften(proxy.port, manyRequests)
    const metrics = await (await fetch(`http://127.0.0.1:${admin.port}/metrics`)).text()
    out?.resume()
    const { code, lines } = await proxy.logged((line) => line.code === 'LOG_DROPPED')
    assert.equal(code, 'LOG_DROPPED')
    assert.ok(Number(lines) > 0)
    assert.ok(metrics.includes(`\ns3proxy_log_dropped_lines_total ${lines}\n`))
    const access = proxy.log.filter(isRequest)
    assert.equal(access.length + Number(lines), manyRequests)
    assert.ok(access.every(({ path }) => String(path).length < 1100))
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
    assert.ok(!proxy.output.stdout.includes('hunter2'))
  })

  for (const workers of ['1', '2'])
    it(`keeps nobody from ending in time when nobody reads it (${workers} processes)`, async () => {
      const proxy = await stage().serve({ ...quick, S3PROXY_SERVER_WORKERS: workers })
      proxy.child.stdout?.pause()
      await askOften(proxy.port, 400)
      const { status, ms } = await stopTimed(proxy.child)
      assert.equal(status, 0)
      assert.ok(ms < drainTimeoutMs, `took ${ms} ms`)
      proxy.child.stdout?.resume()
    })

  it('keeps nobody from being answered, or from ending, when its reader is gone', async () => {
    const proxy = await stage().serve({ ...quick, S3PROXY_SERVER_WORKERS: '2' })
    proxy.child.stdout?.destroy()
    await askOften(proxy.port, 100)
    const { status, ms } = await stopTimed(proxy.child)
    assert.equal(status, 0)
    assert.ok(ms < drainTimeoutMs, `took ${ms} ms`)
  })

  it('keeps nobody from being answered, or from ending, when the disk behind it is full', async () => {
    const port = await findFreePort()
    const fd = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [program, 'serve'], {
      cwd: '/',
      env: { ...bareEnv, ...stage().env, ...quick, PORT: String(port), S3PROXY_SERVER_HOST: '127.0.0.1' },
      stdio: ['ignore', fd, 'ignore'],
    })
    closeSync(fd)
    assert.ok(
      await eventually(
        () => canConnect(port),
        (is) => is,
      ),
    )
    await askOften(port, 100)
    const { status, ms } = await stopTimed(child)
    assert.equal(status, 0)
    assert.ok(ms < drainTimeoutMs, `took ${ms} ms`)
  })
})
