import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Log } from '../../src/log/log.ts'
import type { ObjectKey } from '../../src/object/key.ts'
import { RequestRecord } from '../../src/telemetry/request-record.ts'
import { createObjects } from '../../src/wiring/create-objects.ts'
import { readAll } from '../helpers/clients/bucket-client.ts'
import { resolve } from '../helpers/config/given.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

describe('the connections of mounts', { timeout: 30_000 }, () => {
  /** Makes the S3 half of a program with two mounts at one S3, and one at another. */
  async function start(t: TestContext) {
    const [one, two] = [await startS3StandIn(), await startS3StandIn()]
    t.after(() => Promise.all([one.close(), two.close()]))
    for (const s3 of [one, two]) s3.put('a', { body: 'a' })
    const at = (path: string, { endpoint, accessKeyId, secretAccessKey }: S3StandIn) => ({
      ...{ path, endpoint, accessKeyId, secretAccessKey },
    })
    const mounts = { a: at('/a/', one), b: at('/b/', one), c: at('/c/', two) }
    const { config, problems } = resolve({ content: { s3: { region: one.region }, mounts } }, [
      's3',
      'mounts',
    ])
    assert.ok(config, JSON.stringify(problems))
    const objects = createObjects(config, silent, 's3proxy/test')
    t.after(() => objects.connections.close())
    const open = async (name: string) => {
      const { source } = objects.mounts.find((mount) => mount.name === name) ?? assert.fail(name)
      const signal = new AbortController().signal
      const request = { method: 'GET', key: 'a' as ObjectKey, conditions: {}, signal } as const
      const found = await source.open(request, new RequestRecord())
      assert.equal(found.kind, 'found')
      return found.kind === 'found' ? readAll(found.body) : Buffer.of()
    }
    return { one, two, connections: objects.connections, open }
  }

  it('are counted for each S3, and shared by the mounts at it', async (t) => {
    const { one, two, connections, open } = await start(t)
    for (const name of ['a', 'b', 'c', 'a']) assert.equal((await open(name)).toString(), 'a')
    assert.deepEqual(connections.usage, [
      { origin: one.origin, open: 1, idle: 1, waiting: 0 },
      { origin: two.origin, open: 1, idle: 1, waiting: 0 },
    ])
  })

  it('are closed at once at every S3 when another configuration takes their place', async (t) => {
    const { one, two, connections, open } = await start(t)
    for (const name of ['a', 'c']) await open(name)
    connections.retire()
    assert.deepEqual(
      connections.usage.map(({ open: left }) => left),
      [0, 0],
    )
    // Requests under way may still need one, and leave none behind.
    for (const name of ['b', 'c']) assert.equal((await open(name)).toString(), 'a')
    await Promise.all([one.connectionsBelow(1), two.connectionsBelow(1)])
  })
})
