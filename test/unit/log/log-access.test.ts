import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLog } from '../../../src/log/create-log.ts'
import type { AccessLine } from '../../../src/log/log.ts'
import { logAccess } from '../../../src/log/log-access.ts'
import { rememberLines } from './remember-lines.ts'

describe('logAccess', () => {
  const record: AccessLine = {
    requestId: 'id-1',
    method: 'GET',
    path: '/a',
    key: 'a "quoted"\nname\u2028 \ud800',
    route: 'object',
    status: 200,
    bytes: 1,
    outcome: 'complete',
    totalMs: 1,
    who: undefined,
  }

  it('writes the very line that pino would', async () => {
    for (const fields of [undefined, { worker: 2 }]) {
      const lines: string[] = []
      const destination = { write: (line: string) => void lines.push(line) }
      const settings = { level: 'info', isPretty: false, destination }
      const log = await createLog(fields === undefined ? settings : { ...settings, fields })
      logAccess(log, record)
      log.info(record, 'request')
      const [own, pinos] = lines.map((line) => line.replace(/"time":"[^"]*Z"/, '"time":""'))
      assert.equal(own, pinos)
      assert.match(lines[0] ?? '', /"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/)
    }
  })

  it('keeps the start of a target that is too long, and says that there was more', async () => {
    for (const isPretty of [false, true]) {
      const lines: string[] = []
      const destination = { write: (line: string) => void lines.push(line) }
      const log = await createLog({ level: 'info', isPretty, destination })
      const target = 'a'.repeat(1024)
      logAccess(log, { ...record, path: target, key: target })
      logAccess(log, { ...record, path: `${target}bc`, key: `${target}bc` })
      assert.ok(lines[0]?.includes(target) && !lines[0].includes('…'))
      assert.equal(lines[1]?.split(`${target}…`).length, 3)
      assert.ok(!lines[1]?.includes('ab'))
    }
  })

  it('writes nothing above the level info', async () => {
    const lines: string[] = []
    const destination = { write: (line: string) => void lines.push(line) }
    const log = await createLog({ level: 'warn', isPretty: false, destination })
    logAccess(log, record)
    assert.deepEqual(lines, [])
    log.level = 'info'
    logAccess(log, record)
    assert.equal(lines.length, 1)
  })

  it('is one line of level info of any other log', () => {
    const { log, lines } = rememberLines()
    logAccess(log, record)
    assert.deepEqual(lines, [['info', record, 'request']])
  })
})
