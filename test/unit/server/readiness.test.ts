import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import { createReadiness, type Dependency } from '../../../src/server/readiness.ts'

const works: Dependency = { isVital: true, timeoutCode: 'S3_TIMEOUT', ask: async () => {} }
const fails = (isVital: boolean, message: string): Dependency => ({
  isVital,
  timeoutCode: 'S3_TIMEOUT',
  ask: () => Promise.reject(new S3ProxyError('S3_UNAVAILABLE', message)),
})

describe('createReadiness', () => {
  it('is ok when everything is, degraded without what is shared, unready without what is vital', async () => {
    const stateOf = async (dependencies: Record<string, Dependency>) =>
      (await createReadiness(dependencies, 1000, Date.now).check()).state
    assert.equal(await stateOf({ a: works, b: works }), 'ok')
    assert.equal(await stateOf({ a: works, b: fails(false, 'x') }), 'degraded')
    assert.equal(await stateOf({ a: fails(true, 'x'), b: works }), 'unready')
    assert.equal(await stateOf({ a: fails(true, 'x'), b: fails(false, 'x') }), 'unready')
    assert.equal(await stateOf({ a: fails(false, 'x'), b: fails(true, 'x') }), 'unready')
  })

  it('names each dependency with what is wrong, its code first', async () => {
    const readiness = createReadiness({ a: works, b: fails(false, 'no route') }, 1000, Date.now)
    assert.deepEqual((await readiness.check()).checks, { a: 'ok', b: 'S3_UNAVAILABLE: no route' })
  })

  it('takes silence for a failure', async () => {
    const silent: Dependency = { ...works, timeoutCode: 'SSO_TIMEOUT', ask: () => new Promise(() => {}) }
    const readiness = createReadiness({ silent }, 10, Date.now)
    assert.deepEqual(await readiness.check(), {
      state: 'unready',
      checks: { silent: 'SSO_TIMEOUT: no answer within 10 ms' },
    })
  })

  it('asks once for all who ask at the same time, and uses the answer for a second', async () => {
    let asked = 0
    let release = () => {}
    let now = 5000
    const slow: Dependency = {
      ...works,
      ask() {
        asked++
        return new Promise((resolve) => {
          release = resolve
        })
      },
    }
    const readiness = createReadiness({ slow }, 60_000, () => now)
    const all = [readiness.check(), readiness.check()]
    now += 5000
    all.push(readiness.check())
    release()
    await Promise.all(all)
    assert.equal(asked, 1)
    now += 999
    await readiness.check()
    assert.equal(asked, 1)
    now += 1
    const again = readiness.check()
    assert.equal(asked, 2)
    release()
    await again
  })

  it('fails without asking anybody once the process is shutting down', async () => {
    const readiness = createReadiness({ never: { ...works, ask: () => assert.fail() } }, 1000, Date.now)
    readiness.startDraining()
    const report = await readiness.check()
    assert.equal(report.state, 'unready')
    assert.match(report.checks.process ?? '', /^SHUTTING_DOWN: /)
  })
})
