import assert from 'node:assert/strict'
import type { Worker } from 'node:cluster'
import { describe, it } from 'node:test'
import type { SessionsReport } from '../../../../src/cli/serve/worker-messages.ts'
import type { AskWorkers } from '../../../../src/cli/serve/worker-reports.ts'
import { createWorkersSessions, sessionsReports } from '../../../../src/cli/serve/workers-sessions.ts'
import { S3ProxyError } from '../../../../src/errors.ts'

const worker = { id: 2 } as Worker

describe('createWorkersSessions', () => {
  it('asks one worker, which answers for all', async () => {
    const asked: unknown[] = []
    const { count, end } = createWorkersSessions(
      answering(() => [2, { kind: 'done', count: 5 }], asked),
      () => worker,
    )
    assert.deepEqual([await count('jo'), await end('kim')], [5, 5])
    assert.deepEqual(asked, [
      ['countSessions', { person: 'jo', worker }],
      ['endSessions', { person: 'kim', worker }],
    ])
  })

  it('fails as the worker did, and where none answers', async () => {
    const failed = { kind: 'failed', code: 'SESSION_STORE_UNAVAILABLE', message: 'Redis is away' } as const
    const isFailure = (message: RegExp) => (error: Error) =>
      error instanceof S3ProxyError &&
      error.code === 'SESSION_STORE_UNAVAILABLE' &&
      message.test(error.message)
    const ofWorker = createWorkersSessions(
      answering(() => [2, failed]),
      () => worker,
    )
    await assert.rejects(ofWorker.end('jo'), isFailure(/^Redis is away$/))
    const silent = createWorkersSessions(
      answering(() => undefined),
      () => worker,
    )
    await assert.rejects(silent.count('jo'), isFailure(/no worker/))
    const none = createWorkersSessions(
      answering(() => assert.fail('asked')),
      () => undefined,
    )
    await assert.rejects(none.count('jo'), isFailure(/no worker/))
  })
})

describe('sessionsReports', () => {
  it('reports numbers, and failures without what may be secret', async () => {
    const away = new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'Redis is away')
    const reports = sessionsReports({
      count: async (person) => person.length,
      end: (person) => Promise.reject(person === 'jo' ? away : new TypeError(`bad "secret-canary"`)),
    })
    assert.deepEqual(await reports.countSessions('jo'), { kind: 'done', count: 2 })
    assert.deepEqual(await reports.endSessions('jo'), {
      ...{ kind: 'failed', code: 'SESSION_STORE_UNAVAILABLE', message: 'Redis is away' },
    })
    const fault = await reports.endSessions('kim')
    assert.equal(fault.kind === 'failed' && fault.code, 'INTERNAL')
    assert.doesNotMatch(JSON.stringify(fault), /canary/)
  })
})

function answering(answer: () => [number, SessionsReport] | undefined, asked: unknown[] = []): AskWorkers {
  return (async (name: string, about: unknown) => {
    asked.push([name, about])
    const given = answer()
    return new Map(given === undefined ? [] : [given])
  }) as AskWorkers
}
