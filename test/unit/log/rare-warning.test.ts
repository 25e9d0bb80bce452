import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRareWarning } from '../../../src/log/rare-warning.ts'
import { rememberLines } from './remember-lines.ts'

describe('createRareWarning', () => {
  it('lets the first one through, and then one a minute, with how many were held back', () => {
    const { log, lines } = rememberLines()
    let now = 1_000_000
    const warn = createRareWarning(log, 'OBJECT_DENIED', 'again', () => now)
    warn()
    now += 59_999
    warn()
    warn()
    now += 1
    warn()
    now += 60_000
    warn()
    assert.deepEqual(lines, [
      ['warn', { code: 'OBJECT_DENIED', heldBack: 0 }, 'again'],
      ['warn', { code: 'OBJECT_DENIED', heldBack: 2 }, 'again'],
      ['warn', { code: 'OBJECT_DENIED', heldBack: 0 }, 'again'],
    ])
  })
})
