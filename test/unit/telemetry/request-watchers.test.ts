import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { personWithId } from '../../../src/person/person.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { type RequestWatchers, watchRequests } from '../../../src/telemetry/request-watchers.ts'

/** Shows a record to watchers. @returns the views of each watcher, in order */
function watched(id: string | undefined, watchers: Partial<RequestWatchers> = {}) {
  const seen: [watcher: string, who: unknown, traceId: unknown][] = []
  const info = ({ who, traceId }: { who?: string; traceId?: string }) => seen.push(['log', who, traceId])
  const note = (watcher: string) => (record: RequestRecord) => {
    seen.push([watcher, record.who, record.traceId])
  }
  const record = new RequestRecord('GET')
  if (id !== undefined) record.person = personWithId(id)
  record.end(performance.now())
  watchRequests({
    log: { debug() {}, info, warn() {}, error() {} },
    ...{ audit: note('audit'), count: note('count'), ...watchers },
  })(record)
  return seen
}

describe('watchRequests', () => {
  it('shows one record to log, audit and metrics', () => {
    assert.deepEqual(watched('jo'), [
      ['log', 'jo', undefined],
      ['audit', 'jo', undefined],
      ['count', 'jo', undefined],
    ])
  })

  it('names nobody where nobody is signed in', () => {
    assert.deepEqual(watched(undefined, { maskIdentity: () => assert.fail('there is nobody') })[0], [
      ...['log', undefined, undefined],
    ])
  })

  it('masks the person, and knows the trace, before anybody is told', () => {
    const all = watched('jo', { maskIdentity: (who) => `masked ${who}`, trace: () => 't1' })
    assert.deepEqual(
      all.map(([, who, traceId]) => [who, traceId]),
      Array(3).fill(['masked jo', 't1']),
    )
  })
})
