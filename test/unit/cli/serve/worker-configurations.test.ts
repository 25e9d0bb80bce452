import assert from 'node:assert/strict'
import type { Worker } from 'node:cluster'
import { EventEmitter } from 'node:events'
import { describe, it } from 'node:test'
import { createWorkerConfigurations } from '../../../../src/cli/serve/worker-configurations.ts'
import type { FromWorker, ToWorker } from '../../../../src/cli/serve/worker-messages.ts'
import type { Config } from '../../../../src/config/schema/config-schema.ts'
import { leastEnv, resolve } from '../../../helpers/config/given.ts'

const configOf = (level: string): Config => {
  const { config } = resolve({ env: { ...leastEnv, S3PROXY_LOG_LEVEL: level } })
  assert.ok(config !== undefined)
  return config
}
const [before, after] = [configOf('info'), configOf('debug')]
const target = { port: 0, host: '127.0.0.1' }

/** A worker that keeps what it is told, and answers what the test says. */
class WorkerStandIn extends EventEmitter {
  readonly told: string[] = []
  round = 0
  isConnected = () => true

  send(message: ToWorker): boolean {
    const { kind } = message
    this.told.push(kind === 'start' ? `start ${message.config.log.level} ${message.sources.x}` : kind)
    if (kind === 'prepare') this.round = message.round
    return true
  }

  answer(answer: Partial<FromWorker & { kind: 'prepared' }> = {}): void {
    this.emit('message', { kind: 'prepared', round: this.round, ...answer })
  }
}

function createScene() {
  const configurations = createWorkerConfigurations({ config: before, sources: { x: 'old' }, target })
  const greet = (worker: WorkerStandIn) => configurations.greet(worker as unknown as Worker)
  const [one, other] = [new WorkerStandIn(), new WorkerStandIn()]
  greet(one)
  greet(other)
  return {
    configurations,
    greet,
    one,
    other,
    prepare: () => configurations.prepare(after, { sources: { x: 'new' } }),
  }
}

describe('createWorkerConfigurations', () => {
  it('starts each worker with the configuration in force', () => {
    const { one, other } = createScene()
    assert.deepEqual([one.told, other.told], [['start info old'], ['start info old']])
  })

  it('lets all workers change together, once each is ready', async () => {
    const { configurations, one, other, prepare } = createScene()
    const change = prepare()
    one.answer()
    other.answer()
    const { commit } = await change
    assert.equal(configurations.config, before)
    assert.deepEqual(one.told, ['start info old', 'prepare'])
    commit()
    assert.equal(configurations.config, after)
    assert.deepEqual([one.told.at(-1), other.told.at(-1)], ['commit', 'commit'])
  })

  it('lets no worker change where one cannot, and says why', async () => {
    const { configurations, one, other, prepare } = createScene()
    const change = prepare()
    one.answer()
    other.answer({ problem: 'no Redis' })
    await assert.rejects(change, { message: 'no Redis' })
    assert.equal(configurations.config, before)
    assert.deepEqual([one.told.at(-1), other.told.at(-1)], ['discard', 'discard'])
  })

  it('starts a worker that comes meanwhile afterwards, with what is then in force', async () => {
    const { greet, one, other, prepare } = createScene()
    const late = new WorkerStandIn()
    const change = prepare()
    greet(late)
    one.answer()
    other.answer()
    const { commit } = await change
    assert.deepEqual(late.told, [])
    commit()
    assert.deepEqual(late.told, ['start debug new'])
  })

  it('waits neither for a worker that ends meanwhile nor for one that has ended', async () => {
    const { configurations, one, other, prepare } = createScene()
    const third = new WorkerStandIn()
    configurations.greet(third as unknown as Worker)
    configurations.forget(third as unknown as Worker)
    const change = prepare()
    one.emit('exit')
    other.answer()
    await change
    assert.deepEqual(third.told, ['start info old'])
  })

  it('takes no late answer to an earlier question', async () => {
    const { one, other, prepare } = createScene()
    const refused = prepare()
    one.answer({ problem: 'no' })
    other.answer()
    await assert.rejects(refused)
    const change = prepare()
    one.answer({ round: 1, problem: 'no' })
    one.answer()
    other.answer()
    await change
  })
})
