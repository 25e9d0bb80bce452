import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino'
import type { Code } from '../errors.ts'
import { escapeForTerminal, escapeJsonLine } from './escape.ts'

/** As much of a logger as anything here uses. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: Coded, message: string): void
  error(fields: Coded, message: string): void
}

/** What asks for an operator's attention has a code, which docs/errors.md explains. */
export interface Coded {
  code: Code
  [field: string]: unknown
}

export interface LogOptions {
  level: string
  /** For people instead of machines. */
  isPretty: boolean
  /** On every line. */
  fields?: Readonly<Record<string, unknown>>
  /** Gets each line at once. */
  destination: DestinationStream
}

/** A log whose least severe lines may change, with a way for lines that nobody may switch off. */
export interface ProgramLog extends Log {
  level: string
  /** Writes to the same place, whatever the level is. */
  readonly always: Log
  /** The line of a request: as `info`, for a third of the cost. @see docs/decisions/008-hot-path.md */
  access(record: AccessLine): void
}

/** JSON lines; on a terminal, lines for people. */
export async function createLog({ level, isPretty, fields, destination }: LogOptions): Promise<ProgramLog> {
  const settings: LoggerOptions = {
    level,
    base: fields ?? null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // No header, cookie, token or query is ever given to the log; this is the second line of defence.
    redact: {
      paths: [
        'headers',
        'cookie',
        'authorization',
        'token',
        'accessToken',
        'secret',
        '*.cookie',
        '*.authorization',
      ],
      censor: '***',
    },
  }
  if (isPretty) return createPrettyLog(settings, destination)
  const write = (line: string) => destination.write(escapeJsonLine(line))
  const always = JSON.stringify(fields ?? {}).slice(1, -1)
  const start = always === '' ? '' : `${always},`
  return extend(pino(settings, { write }), (record) => {
    const time = new Date().toISOString()
    write(
      `{"level":"info","time":"${time}",${start}${JSON.stringify(record).slice(1, -1)},"msg":"request"}\n`,
    )
  })
}

async function createPrettyLog(settings: LoggerOptions, destination: DestinationStream): Promise<ProgramLog> {
  const { default: pretty } = await import('pino-pretty')
  const format = pretty.prettyFactory({
    ignore: 'time,pid',
    hideObject: true,
    messageFormat: (record, messageKey, _level, { colors }) =>
      formatForPeople(record, String(record[messageKey]), colors.gray),
  })
  const write = (line: string) => destination.write(format(line))
  const logger = pino({ ...settings, formatters: {} }, { write })
  return extend(logger, (record) => logger.info(record, 'request'))
}

function extend(logger: Logger, writeAccess: (record: AccessLine) => void): ProgramLog {
  return Object.assign(logger, {
    always: logger.child({}, { level: 'info' }),
    access(record: AccessLine) {
      if (logger.isLevelEnabled('info')) writeAccess(shorten(record))
    },
  })
}

/**
 * One line of the log for a terminal: of a request first what somebody looks for, `GET /a.txt 200 29 B 4 ms alice`,
 * then, dimmed, what is left.
 */
export function formatForPeople(
  record: Readonly<Record<string, unknown>>,
  message: string,
  dim: (text: string) => string,
): string {
  const { level: _level, time: _time, msg: _message, ...fields } = record
  if (message !== 'request' || typeof fields.status !== 'number')
    return escapeForTerminal(message) + rest(fields, dim)
  const { method, path, status, bytes, totalMs, who, code, outcome, requestId, ...more } = fields
  const parts = [method, path, status, `${bytes} B`, `${Math.round(Number(totalMs))} ms`, who, code]
  if (outcome !== 'complete') parts.push(outcome)
  const line = parts.filter((part) => part !== undefined).join(' ')
  return escapeForTerminal(line) + rest({ ...more, requestId }, dim)
}

function rest(fields: object, dim: (text: string) => string): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return pairs.length === 0 ? '' : `  ${dim(escapeForTerminal(pairs.join(' ')))}`
}

/** No key in S3 is longer, and nobody is to fill the log with less work than writing it takes. */
const maxTargetLength = 1024

/** The record as the log has it: a target that is too long ends in `…`. */
function shorten(record: AccessLine): AccessLine {
  const { path, key } = record
  if (path.length <= maxTargetLength && (key === undefined || key.length <= maxTargetLength)) return record
  return { ...record, path: startOf(path), key: key === undefined ? undefined : startOf(key) }
}

function startOf(text: string): string {
  return text.length <= maxTargetLength ? text : `${text.slice(0, maxTargetLength)}…`
}

/** What is told of a request once it is over. */
export interface AccessLine {
  requestId: string
  method: string
  /** Percent-encoded, without the query, which may hold secrets of other sites' making. */
  path: string
  /** Decoded, where the path names an object; relative to the endpoint's prefix. */
  key?: string | undefined
  /** Kind of what was asked for, such as `object` or `callback`. */
  route: string
  status: number
  /** Of the body, really handed to the network. */
  bytes: number
  /** `cut`: by S3 or by us, and the client can see it. */
  outcome: 'complete' | 'aborted' | 'cut'
  totalMs: number
  sessionMs?: number | undefined
  ssoMs?: number | undefined
  /** To the head of S3's answer. */
  s3Ms?: number | undefined
  who?: string | undefined
  /** Of an error, of what cut the body, or of the client that left before there was an answer. */
  code?: string | undefined
  healed?: number | undefined
  askedTwiceBytes?: number | undefined
  /** Fetched ahead over further connections. */
  parts?: number | undefined
  /** Which step of a login it was. */
  login?: string | undefined
  /** S3's own name for its answer. */
  s3RequestId?: string | undefined
  /** Of the trace that the request belongs to. */
  traceId?: string | undefined
}

/** One line for each request. */
export function logAccess(log: Log | ProgramLog, record: AccessLine): void {
  if ('access' in log) log.access(record)
  else log.info(shorten(record), 'request')
}

/**
 * Lets a warning through once a minute, with how many were held back.
 *
 * @param now of a clock that never jumps
 */
export function createRareWarning(
  log: Log,
  code: Code,
  message: string,
  now: () => number,
): (detail?: string) => void {
  let nextAt = Number.NEGATIVE_INFINITY
  let held = 0
  return (detail) => {
    if (now() < nextAt) {
      held++
      return
    }
    nextAt = now() + 60_000
    log.warn({ code, heldBack: held }, detail === undefined ? message : `${message}: ${detail}`)
    held = 0
  }
}
