import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { mutateRequest, requestSeeds } from '../helpers/clients/mutate-request.ts'
import { askRaw, openRaw } from '../helpers/clients/raw-http.ts'
import { type ProxyInProcess, startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { createRandom } from '../helpers/random.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const rounds = Number(process.env.FUZZ_ROUNDS ?? 3000)
const seed = Number(process.env.FUZZ_SEED ?? 20_240_229)
const atOnce = 32

describe(`requests mutated by chance (FUZZ_SEED=${seed})`, () => {
  let s3: S3StandIn
  let proxy: ProxyInProcess
  const random = createRandom(seed)

  before(async () => {
    s3 = await startS3StandIn()
    s3.put('health', { body: 'fine', contentType: 'text/plain' })
    proxy = await startProxyInProcess({ s3 }, { S3PROXY_SERVER_HEADERS_TIMEOUT_MS: '200' })
  })
  after(async () => {
    await proxy.close()
    await s3.close()
  })

  /** Sends a text in one or two parts, then closes the connection in a random way. */
  async function throwAt(text: string): Promise<string> {
    const connection = await openRaw(proxy.port)
    const at = random.chance(0.3) ? random.below(text.length) : text.length
    connection.send(text.slice(0, at))
    if (at < text.length) setImmediate(() => connection.send(text.slice(at)))
    if (random.chance(0.1)) {
      setImmediate(() => connection.reset())
      return ''
    }
    const answered = connection.until((received) => received.includes('\r\n\r\n')).catch(() => {})
    await Promise.race([answered, connection.ended])
    connection.socket.destroy()
    return connection.received
  }

  it(`end no process, and are never our fault (${rounds} of them)`, { timeout: 100_000 }, async () => {
    const faults: unknown[] = []
    const onFault = (error: unknown) => faults.push(error)
    process.on('uncaughtException', onFault)
    process.on('unhandledRejection', onFault)
    const statuses = new Map<number, number>()
    let left = rounds
    async function lane(): Promise<void> {
      while (left > 0) {
        left--
        const text = mutateRequest(random)
        for (const [, digits] of (await throwAt(text)).matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
          const status = Number(digits)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          assert.ok(status < 500 || status === 505, `${status} for ${JSON.stringify(text)}`)
        }
      }
    }
    await Promise.all(Array.from({ length: atOnce }, lane))
    process.off('uncaughtException', onFault)
    process.off('unhandledRejection', onFault)
    assert.deepEqual(faults, [])
    assert.deepEqual(
      proxy.log.filter(({ level, msg }) => level === 'error' || msg.includes('a fault of ours')),
      [],
    )
    // The texts were diverse enough: some were served, and others refused in every way.
    for (const status of [200, 302, 400, 401, 405]) assert.ok(statuses.has(status), String(status))
    const answer = await askRaw(proxy.port, requestSeeds[0])
    assert.deepEqual([answer.status, answer.body], [200, 'fine'])
  })
})
