import assert from 'node:assert/strict'
import { get } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { eventually } from '../helpers/eventually.ts'
import { exposeGarbageCollector } from '../helpers/machine/garbage.ts'
import { startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { generatedBytes } from '../helpers/s3/stand-in/generated-body.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const collectGarbage = exposeGarbageCollector()

describe('a configuration that is taken while the proxy runs', { timeout: 60_000 }, () => {
  let s3: S3StandIn
  before(async () => {
    s3 = await startS3StandIn()
    s3.put('health', { body: { sizeBytes: 20_000_000, seed: 4 } })
  })
  after(() => s3.close())

  it('leaves nothing of the one before in memory once the last body of it has ended', async (t) => {
    const proxy = await startProxyInProcess({ s3 }, { S3PROXY_S3_PARALLEL_CONNECTIONS: '1' })
    t.after(() => proxy.close())
    const download = async (reloads: () => Promise<void>) => {
      const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
        get(`${proxy.origin}/health`, resolve).on('error', reject)
      })
      await reloads()
      const pieces: Buffer[] = []
      for await (const piece of response) pieces.push(piece)
      return Buffer.concat(pieces)
    }
    const taken: WeakRef<object>[] = []
    const reload = async () => {
      const config = structuredClone(proxy.config)
      taken.push(new WeakRef(config))
      const { commit } = await proxy.app.prepare(config)
      commit()
    }
    for (let count = 0; count < 20; count++) {
      const body = await download(async () => {
        for (let times = 0; times < 10; times++) await reload()
      })
      assert.ok(body.equals(generatedBytes(4, 0, 20_000_000)))
    }
    const alive = async () => {
      collectGarbage()
      return taken.filter((ref) => ref.deref() !== undefined).length
    }
    assert.equal(await eventually(alive, (count) => count <= 1), 1, 'of 200, only the last is in use')
    assert.ok(s3.openConnections <= 1, `${s3.openConnections} connections to S3`)
  })

  it('decides by its own rules from the next request on', async (t) => {
    const rules = [{ name: 'open', allow: ['/health'], to: { anonymous: true } }]
    const proxy = await startProxyInProcess({ s3 }, { AWS_S3_HEALTHCHECK_KEY: 'none' }, { access: { rules } })
    t.after(() => proxy.close())
    const statusWith = async (access: typeof proxy.config.access) => {
      const { commit } = await proxy.app.prepare({ ...proxy.config, access })
      commit()
      return new Promise((resolve, reject) => {
        const headers = { accept: 'application/json' }
        const asked = get(`${proxy.origin}/health`, { method: 'HEAD', headers }, ({ statusCode }) =>
          resolve(statusCode),
        )
        asked.on('error', reject)
      })
    }
    const { access } = proxy.config
    assert.deepEqual(
      [await statusWith(access), await statusWith({ rules: [] }), await statusWith(access)],
      [200, 401, 200],
    )
  })

  it('leaves no memory behind with ten thousand rules', async (t) => {
    const rules = Array.from({ length: 10_000 }, (_, index) => ({
      name: `team ${index}`,
      allow: [`/teams/${index}/**`, `/shared/*-${index}.pdf`],
      to: { groups: [`team-${index}`] },
    }))
    const open = { name: 'open', allow: ['/health'], to: { anonymous: true } }
    const content = { access: { rules: [open, ...rules] } }
    const proxy = await startProxyInProcess({ s3 }, { AWS_S3_HEALTHCHECK_KEY: 'none' }, content)
    t.after(() => proxy.close())
    const heapAfter = async (reloads: number) => {
      for (let count = 0; count < reloads; count++) {
        const { commit } = await proxy.app.prepare(structuredClone(proxy.config))
        commit()
        const { status } = await fetch(`${proxy.origin}/health`, { method: 'HEAD' })
        assert.equal(status, 200)
      }
      collectGarbage()
      return process.memoryUsage().heapUsed
    }
    const [first, last] = [await heapAfter(3), await heapAfter(12)]
    const grownMiB = (last - first) / 2 ** 20
    t.diagnostic(`${grownMiB.toFixed(1)} MiB more after 12 reloads`)
    // One set of these rules takes more than 10 MiB.
    assert.ok(grownMiB < 10, `${grownMiB} MiB`)
  })

  it('changes nothing when it is only made ready, and given up', async (t) => {
    const proxy = await startProxyInProcess({ s3 })
    t.after(() => proxy.close())
    const change = await proxy.app.prepare({
      ...proxy.config,
      s3: { ...proxy.config.s3, healthcheckKey: 'another' },
    })
    const status = () =>
      new Promise((resolve, reject) => {
        get(`${proxy.origin}/health`, { method: 'HEAD' }, ({ statusCode }) => resolve(statusCode)).on(
          'error',
          reject,
        )
      })
    assert.equal(await status(), 200)
    change.discard()
    assert.equal(await status(), 200)
  })
})
