import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Connection } from '../../../src/s3/connection.ts'
import { createIdleConnections } from '../../../src/s3/idle-connections.ts'

describe('createIdleConnections', () => {
  it('takes the connection that was used last', () => {
    const { idle, add } = start()
    const [first, second] = [add(), add()]
    assert.equal(idle.take(), second)
    assert.equal(idle.take(), first)
    assert.equal(idle.take(), undefined)
  })

  it('closes the oldest, and those that have been idle for as long as another', () => {
    const { idle, add, closed } = start()
    const [first, second, third] = [add(), add(), add()]
    idle.closeOldest()
    assert.deepEqual([closed, idle.count], [[first], 2])
    second.idleSinceMs = 10
    third.idleSinceMs = 20
    idle.closeIdleSince(9)
    assert.equal(idle.count, 2)
    idle.closeIdleSince(10)
    assert.deepEqual(closed, [first, second])
    idle.closeAll()
    assert.deepEqual([closed, idle.count], [[first, second, third], 0])
    idle.closeOldest()
  })

  it('notes since when a connection is idle, and forgets one that was closed elsewhere', () => {
    const { idle, add } = start()
    const before = performance.now()
    const connection = add()
    assert.ok(connection.idleSinceMs >= before && connection.idleSinceMs <= performance.now())
    idle.remove(connection)
    idle.remove(connection)
    assert.equal(idle.count, 0)
  })
})

function start() {
  const idle = createIdleConnections()
  const closed: Connection[] = []
  const add = () => {
    const connection = {
      idleSinceMs: 0,
      close() {
        closed.push(this as unknown as Connection)
        idle.remove(this as unknown as Connection)
      },
    } as unknown as Connection
    idle.add(connection)
    return connection
  }
  return { idle, add, closed }
}
