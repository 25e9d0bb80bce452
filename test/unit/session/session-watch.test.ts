import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { WatchedBody } from '../../../src/http/body-watch.ts'
import { createSessionWatch } from '../../../src/session/session-watch.ts'
import { untilTrue } from '../../helpers/eventually.ts'

describe('createSessionWatch', { timeout: 20_000 }, () => {
  it('cuts the bodies of a session that is gone, and no others', async () => {
    const { watch, gone, begin } = start()
    const [first, second, other] = [begin('one'), begin('one'), begin('two')]
    gone.add('one')
    await untilTrue('both are cut', () => first.isRevoked && second.isRevoked)
    assert.equal(other.isRevoked, false)
    for (const body of [first, second, other]) watch.end(body)
  })

  it('asks once a turn, for each session once, however many bodies there are', async () => {
    const { watch, asked, begin, gone, turnsReach } = start()
    const bodies = Array.from({ length: 1000 }, (_, index) => begin(`session ${index % 500}`))
    await turnsReach(1)
    gone.add('session 77')
    await untilTrue('one is cut', () => bodies[77]?.isRevoked === true)
    const turns = asked.length
    assert.ok(asked.every((names) => names.length === 500 && new Set(names).size === 500))
    assert.deepEqual(
      bodies.flatMap(({ isRevoked }, index) => (isRevoked ? [index] : [])),
      [77, 577],
    )
    for (const body of bodies) watch.end(body)
    assert.ok(turns < 5, `${turns}`)
  })

  it('notes each turn that the sessions which are there are in use, and no others', async () => {
    const { watch, begin, gone, used, turnsReach } = start()
    const bodies = [begin('one'), begin('one'), begin('gone')]
    gone.add('gone')
    await turnsReach(3)
    assert.deepEqual(new Set(used), new Set(['one']))
    assert.ok(used.length === 2 || used.length === 3, `${used}`)
    for (const body of bodies) watch.end(body)
  })

  it('asks nothing for bodies that are over, stops, and begins again', async () => {
    const { watch, asked, begin, turnsReach } = start()
    watch.end(begin('short'))
    const first = begin('long')
    await turnsReach(2)
    assert.ok(asked.flat().every((name) => name === 'long'))
    watch.end(first)
    const next = begin('next')
    await turnsReach(asked.length + 1)
    assert.deepEqual(asked.at(-1), ['next'])
    watch.end(next)
  })

  it('cuts nobody while the store is away, says so, and asks again', async () => {
    const { watch, begin, gone, fail, unavailable } = start()
    const body = begin('one')
    gone.add('one')
    fail.with = new Error('away')
    await untilTrue('it fails twice', () => unavailable.length >= 2)
    assert.equal(body.isRevoked, false)
    assert.equal(unavailable[0], fail.with)
    fail.with = undefined
    await untilTrue('it is cut', () => body.isRevoked)
    watch.end(body)
  })

  it('has one question under way, however long it takes', async () => {
    const { watch, begin, asked, hold } = start()
    let answer = () => {}
    hold.until = new Promise((resolve) => {
      answer = resolve
    })
    const body = begin('one')
    await untilTrue('it asks', () => asked.length === 1)
    const later = begin('two')
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(asked.length, 1)
    hold.until = undefined
    answer()
    await untilTrue('it asks for both', () => asked.length === 2)
    assert.deepEqual(asked[1], ['one', 'two'])
    for (const each of [body, later]) watch.end(each)
  })
})

interface Body extends WatchedBody {
  isRevoked: boolean
}

function start() {
  const gone = new Set<string>()
  const asked: string[][] = []
  const unavailable: unknown[] = []
  const fail: { with: Error | undefined } = { with: undefined }
  const used: string[] = []
  const hold: { until: Promise<void> | undefined } = { until: undefined }
  const watch = createSessionWatch({
    async existing(names) {
      asked.push([...names])
      await hold.until
      if (fail.with !== undefined) throw fail.with
      return names.map((name) => !gone.has(name))
    },
    noteUse: ({ name }) => void used.push(name),
    everyMs: 20,
    elapsedMs: () => performance.now(),
    onUnavailable: (error) => void unavailable.push(error),
  })
  return {
    ...{ watch, gone, asked, used, unavailable, fail, hold },
    begin(name: string): Body {
      const body: Body = {
        session: { name },
        isRevoked: false,
        revoke() {
          assert.equal(body.isRevoked, false, 'it is cut once')
          body.isRevoked = true
        },
      }
      watch.begin(body)
      return body
    },
    turnsReach: (count: number) => untilTrue(`${count} turns`, () => asked.length >= count),
  }
}
