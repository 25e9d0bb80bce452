import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type AccessLine,
  createLog,
  createRareWarning,
  formatForPeople,
  type Log,
  logAccess,
  type ProgramLog,
} from '../../../src/log/log.ts'

const dim = (text: string) => `(${text})`
const request = {
  level: 30,
  time: '2024-01-01T00:00:00.000Z',
  msg: 'request',
  requestId: 'id-1',
  method: 'GET',
  path: '/a%20b.txt',
  route: 'object',
  status: 200,
  bytes: 29,
  outcome: 'complete',
  totalMs: 4.26,
  s3Ms: 1.5,
  who: 'alice',
  code: undefined,
}

describe('formatForPeople', () => {
  it('puts what somebody looks for first, and the rest behind it', () => {
    assert.equal(
      formatForPeople(request, 'request', dim),
      'GET /a%20b.txt 200 29 B 4 ms alice  (route=object s3Ms=1.5 requestId=id-1)',
    )
  })

  it('names the error, and how an answer ended that is not whole', () => {
    const broken = { ...request, who: undefined, code: 'S3_TIMEOUT', outcome: 'cut' }
    assert.match(formatForPeople(broken, 'request', dim), / 29 B 4 ms S3_TIMEOUT cut {2}\(/)
  })

  it('shows any other line with its fields', () => {
    const line = { level: 30, msg: 'listening', port: 80, hosts: ['a', 'b'] }
    assert.equal(formatForPeople(line, 'listening', dim), 'listening  (port=80 hosts=["a","b"])')
    assert.equal(formatForPeople({ level: 30, msg: 'stopped' }, 'stopped', dim), 'stopped')
  })

  it('lets no value move the cursor or begin a line', () => {
    const line = formatForPeople({ ...request, who: 'a\x1b[2J\r\nb\u202e' }, 'request', dim)
    assert.match(line, / a\\u\{1b\}\[2J\\u\{d\}\\u\{a\}b\\u\{202e\} /)
  })
})

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

/** A log that only remembers its lines. */
function remember(): { log: Log; lines: [level: string, fields: object, message: string][] } {
  const lines: [string, object, string][] = []
  const at = (level: string) => (fields: object, message: string) => void lines.push([level, fields, message])
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } }
}

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
    const { log, lines } = remember()
    logAccess(log, record)
    assert.deepEqual(lines, [['info', record, 'request']])
  })
})

describe('createRareWarning', () => {
  it('lets the first one through, and then one a minute, with how many were held back', () => {
    const { log, lines } = remember()
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
