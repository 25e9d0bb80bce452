import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLog } from '../../../src/log/create-log.ts'
import type { Log, ProgramLog } from '../../../src/log/log.ts'

describe('createLog', () => {
  async function write(level: string, use: (log: ProgramLog) => void, fields?: Record<string, unknown>) {
    const lines: string[] = []
    const destination = { write: (line: string) => void lines.push(line) }
    use(await createLog({ level, isPretty: false, destination, ...(fields === undefined ? {} : { fields }) }))
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  it('has a way for lines that no level holds back', async () => {
    const lines = await write(
      'silent',
      (log) => {
        log.error({ code: 'INTERNAL' }, 'held back')
        log.always.info({ who: 'jo' }, 'delivery')
      },
      { worker: 2 },
    )
    assert.deepEqual(
      lines.map(({ level, worker, who, msg }) => [level, worker, who, msg]),
      [['info', 2, 'jo', 'delivery']],
    )
  })

  it('writes one JSON object on a line: level by name, time in UTC, fields, message', async () => {
    const lines = await write('info', (log) => log.warn({ code: 'S3_TIMEOUT' }, 'hello\nworld'), {
      worker: 2,
    })
    assert.equal(lines.length, 1)
    assert.match(String(lines[0]?.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.deepEqual(
      { ...lines[0], time: '' },
      { level: 'warn', time: '', worker: 2, code: 'S3_TIMEOUT', msg: 'hello\nworld' },
    )
  })

  it('leaves out what is less severe than its level', async () => {
    const use = (log: Log) => {
      log.debug({}, 'a')
      log.info({}, 'b')
      log.warn({ code: 'INTERNAL' }, 'c')
      log.error({ code: 'INTERNAL' }, 'd')
    }
    const messagesAt = async (level: string) => (await write(level, use)).map(({ msg }) => msg)
    assert.deepEqual(await messagesAt('debug'), ['a', 'b', 'c', 'd'])
    assert.deepEqual(await messagesAt('warn'), ['c', 'd'])
    assert.deepEqual(await messagesAt('silent'), [])
  })

  it('lets nothing through in any line that a terminal obeys', async () => {
    const evil = 'a\x9b2J\u2028\u202e\x85\x7f'
    for (const isPretty of [false, true]) {
      const lines: string[] = []
      const destination = { write: (line: string) => void lines.push(line) }
      const log = await createLog({ level: 'info', isPretty, destination, fields: { worker: 2 } })
      log.warn({ code: 'INTERNAL', stack: evil, list: [evil] }, evil)
      log.always.info({ who: evil }, 'delivery')
      log.access({
        ...{ requestId: 'id-1', method: 'GET', path: `/${evil}`, key: evil, route: 'object', status: 200 },
        ...{ bytes: 1, outcome: 'complete', totalMs: 1, who: evil },
      })
      assert.equal(lines.length, 3)
      for (const line of lines) assert.doesNotMatch(line, /[\x7f-\x9f\u2028\u202e]/)
      if (!isPretty) assert.equal(JSON.parse(lines[1] ?? '').who, evil)
    }
  })

  it('hides what is named like a secret, should it ever be given', async () => {
    const lines = await write('info', (log) =>
      log.info(
        { token: 'hunter2', cookie: 'hunter2', request: { authorization: 'hunter2' }, headers: ['hunter2'] },
        '',
      ),
    )
    assert.ok(!JSON.stringify(lines).includes('hunter2'))
    assert.equal(lines[0]?.token, '***')
  })
})
