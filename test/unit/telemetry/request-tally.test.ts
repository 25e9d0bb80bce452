import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MountTally } from '../../../src/telemetry/mount-tally.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { createRequestTally, type RequestTally } from '../../../src/telemetry/request-tally.ts'

function createTally() {
  const tally = createRequestTally()
  return {
    tally,
    /** The counts of what concerns no mount, as everything does where there are none. */
    get ofNoMount() {
      return countsOf(tally, undefined)
    },
    count(changes: Partial<Record<keyof RequestRecord, unknown>>, headAtMs?: number) {
      const record = Object.assign(new RequestRecord('GET', 10), {
        ...{ requestId: 'id', path: '/a', key: 'a', route: 'object', status: 200, bytes: 5 },
        ...{ outcome: 'complete', headAtMs, endedAtMs: 20, ...changes },
      })
      tally.count(record as RequestRecord)
    },
  }
}

function countsOf(tally: RequestTally, mount: string | undefined): MountTally {
  const counts = tally.mounts.get(mount)
  assert.ok(counts, mount)
  return counts
}

describe('createRequestTally', () => {
  it('counts requests by route, method and status', () => {
    const { ofNoMount, count } = createTally()
    count({})
    count({})
    count({ status: 206 })
    count({ method: 'HEAD' })
    assert.deepEqual(
      [...ofNoMount.kinds.values()],
      [
        { route: 'object', method: 'GET', status: 200, count: 2 },
        { route: 'object', method: 'GET', status: 206, count: 1 },
        { route: 'object', method: 'HEAD', status: 200, count: 1 },
      ],
    )
  })

  it('grows with nothing that a client can choose', () => {
    const { tally, ofNoMount, count } = createTally()
    for (let index = 0; index < 100; index++) {
      const made = `m${index}`
      count({ method: made, route: made, code: made, key: made, path: made, who: made, requestId: made }, 11)
    }
    assert.deepEqual(
      [...ofNoMount.kinds.values()],
      [{ route: 'other', method: 'other', status: 200, count: 100 }],
    )
    assert.deepEqual([...ofNoMount.errors], [['MALFORMED', 100]])
    assert.deepEqual([...tally.firstByte.keys()], ['other'])
    assert.deepEqual([...ofNoMount.sentBytes], [['other', 500]])
  })

  it('counts each error by its code, and what ended a body', () => {
    const { ofNoMount, count } = createTally()
    count({ status: 404, code: 'OBJECT_NOT_FOUND' })
    count({ outcome: 'cut', code: 'SEND_TIMEOUT' })
    count({ outcome: 'revoked', code: 'SESSION_ENDED' })
    count({ route: 'malformed', method: '', status: 431, code: 'HPE_HEADER_OVERFLOW' })
    assert.deepEqual(Object.fromEntries(ofNoMount.errors), {
      ...{ OBJECT_NOT_FOUND: 1, SEND_TIMEOUT: 1, SESSION_ENDED: 1 },
      MALFORMED: 1,
    })
  })

  it('counts how bodies of objects ended, and nothing else as a body', () => {
    const { ofNoMount, count } = createTally()
    count({})
    count({ route: 'healthcheck' })
    count({ status: 206, outcome: 'cut' })
    count({ outcome: 'aborted' })
    count({ outcome: 'revoked', code: 'SESSION_ENDED' })
    for (const other of [{ status: 304 }, { method: 'HEAD' }, { route: 'logout' }, { status: 404 }])
      count(other)
    assert.deepEqual(Object.fromEntries(ofNoMount.outcomes), { complete: 2, aborted: 1, cut: 1, revoked: 1 })
  })

  it('counts what became of bearer tokens', () => {
    const { tally, count } = createTally()
    count({})
    count({ bearer: 'accepted' })
    count({ bearer: 'refused', status: 401 })
    count({ bearer: 'accepted' })
    assert.deepEqual(Object.fromEntries(tally.bearers), { accepted: 2, refused: 1, unavailable: 0 })
  })

  it('adds up what healing and reading ahead cost', () => {
    const { ofNoMount, count } = createTally()
    count({ healed: 2, askedTwiceBytes: 100 })
    count({ healed: 1, askedTwiceBytes: 0, parts: 4 })
    assert.deepEqual([ofNoMount.healed, ofNoMount.askedTwiceBytes, ofNoMount.parts], [3, 100, 4])
  })

  it('follows logins from the start to each of their ends', () => {
    const { tally, count } = createTally()
    count({ route: 'login', status: 302, login: 'started' })
    for (const login of ['finished', 'restarted', 'expired', 'denied', 'failed', 'repeated'] as const)
      count({ route: 'callback', login })
    assert.deepEqual(Object.fromEntries(tally.logins), {
      ...{
        started: 1,
        returned: 6,
        restarted: 1,
        finished: 1,
        repeated: 1,
        expired: 1,
        denied: 1,
        failed: 1,
      },
    })
  })

  it('knows how long the head took, and what of that was waiting', () => {
    const { tally, ofNoMount, count } = createTally()
    count({ sessionMs: 1, s3Ms: 30 }, 45)
    count({ status: 499 })
    const sums = (durations: { values(name: string, labels: object): object[] } | undefined) =>
      durations?.values('x', {}).slice(-2)
    const is = (value: number, count: number) => [
      { metricName: 'x_sum', labels: {}, value },
      { metricName: 'x_count', labels: {}, value: count },
    ]
    assert.deepEqual(sums(tally.firstByte.get('object')), is(0.035, 1))
    assert.deepEqual(sums(tally.waits.session), is(0.001, 1))
    assert.deepEqual(sums(ofNoMount.s3Waits), is(0.03, 1))
    assert.deepEqual(sums(tally.waits.sso), is(0, 0))
  })

  it('counts what concerns an object for its mount, and attempts and answers of S3 too', () => {
    const { tally, ofNoMount, count } = createTally()
    tally.takeMounts(['films', 'docs'])
    count({ mount: 'films', s3Ms: 2, healed: 1, askedTwiceBytes: 7, parts: 3 })
    count({ mount: 'films', status: 502, code: 'S3_UNAVAILABLE', bytes: 0 })
    count({ route: 'callback', login: 'finished', bytes: 0 })
    tally.countRetry('films', 'head')
    tally.countRetry(undefined, 'body')
    const films = countsOf(tally, 'films')
    assert.deepEqual(
      [...films.kinds.values()].map(({ status, count: times }) => [status, times]),
      [
        [200, 1],
        [502, 1],
      ],
    )
    assert.deepEqual([...films.sentBytes], [['object', 5]])
    assert.deepEqual([...films.errors], [['S3_UNAVAILABLE', 1]])
    assert.equal(films.outcomes.get('complete'), 1)
    assert.deepEqual([films.healed, films.askedTwiceBytes, films.parts], [1, 7, 3])
    assert.deepEqual(
      [films.retries, ofNoMount.retries],
      [
        { head: 1, body: 0 },
        { head: 0, body: 1 },
      ],
    )
    assert.equal(films.s3Waits.values('x', {}).at(-1)?.value, 1)
    assert.deepEqual([...ofNoMount.kinds.keys()], ['callback GET 200'])
    assert.equal(countsOf(tally, 'docs').outcomes.get('complete'), 0)
  })

  it('keeps the counts of mounts that are gone, but for the oldest of very many', () => {
    const { tally, count } = createTally()
    tally.takeMounts(['kept', 'gone'])
    for (const mount of ['kept', 'gone']) count({ mount })
    tally.takeMounts(['kept', 'new'])
    count({ mount: 'gone' })
    assert.deepEqual([...tally.mounts.keys()], [undefined, 'kept', 'gone', 'new'])
    assert.equal(countsOf(tally, 'gone').outcomes.get('complete'), 2)
    for (let index = 0; index < 500; index++) tally.takeMounts(['kept', `m${index}`])
    assert.equal(tally.mounts.size, 1 + 2 + 100)
    assert.equal(tally.mounts.has('gone'), false)
    assert.equal(countsOf(tally, 'kept').outcomes.get('complete'), 1)
  })
})
