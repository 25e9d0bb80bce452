import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createEndings } from '../../campaign/endings.ts'

describe('createEndings', () => {
  const login = { person: 'jo', sid: 'jo/1', beganAtMs: 100, doneAtMs: 200 }

  it('lets a session be over from the question on, and wants it to be over a second after the answer', () => {
    const endings = createEndings()
    assert.equal(endings.mayBeOver(login), false)
    const ending = {
      ...{ person: 'jo', sid: 'jo/1', askedAtMs: 300 },
      doneAtMs: undefined as number | undefined,
    }
    endings.add(ending)
    assert.equal(endings.mayBeOver(login), true)
    assert.equal(endings.isSurelyOver(login, 9000), false)
    ending.doneAtMs = 400
    assert.equal(endings.isSurelyOver(login, 1400), false)
    assert.equal(endings.isSurelyOver(login, 1401), true)
  })

  it('excuses no other session, nobody else, and no login that began afterwards', () => {
    const endings = createEndings()
    endings.add({ person: 'jo', sid: 'jo/1', askedAtMs: 300, doneAtMs: 400 })
    for (const other of [
      { ...login, sid: 'jo/2' },
      { ...login, person: 'kim' },
      { ...login, beganAtMs: 401, doneAtMs: 500 },
    ])
      assert.deepEqual([endings.mayBeOver(other), endings.isSurelyOver(other, 9000)], [false, false])
  })

  it('ends all sessions of a person where no session is named, and surely not one whose login was under way', () => {
    const endings = createEndings()
    endings.add({ person: 'jo', sid: undefined, askedAtMs: 300, doneAtMs: 400 })
    assert.equal(endings.isSurelyOver({ ...login, sid: 'jo/2' }, 9000), true)
    const underWay = { ...login, doneAtMs: 350 }
    assert.deepEqual([endings.mayBeOver(underWay), endings.isSurelyOver(underWay, 9000)], [true, false])
  })
})
