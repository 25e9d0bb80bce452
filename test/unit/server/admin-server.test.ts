import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { createAdminServer } from '../../../src/server/admin-server.ts'
import type { ReadinessReport } from '../../../src/server/readiness.ts'
import { closed } from '../../helpers/network/closed.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const ok: ReadinessReport = { state: 'ok', checks: {} }

async function start(t: TestContext, parts: Partial<Parameters<typeof createAdminServer>[0]>) {
  const admin = createAdminServer({ readiness: async () => ok, log, ...parts })
  t.after(() => admin.close())
  const port = Number(await admin.listen({ port: 0, host: '127.0.0.1' }))
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  return { port, get }
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
