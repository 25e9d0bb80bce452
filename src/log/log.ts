import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino'
import type { Code } from '../errors.ts'
import { escapeForTerminal, escapeJsonLine } from './escape.ts'

/** The subset of a logger that this program uses. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: Coded, message: string): void
  error(fields: Coded, message: string): void
}

/** The fields of a warning or an error: one of them is a code, which docs/errors.md explains. */
export interface Coded {
  code: Code
  [field: string]: unknown
}

export interface LogOptions {
  level: string
  /** Whether lines are for people and not for machines. */
  isPretty: boolean
  /** Fields of every line. */
  fields?: Readonly<Record<string, unknown>>
  /** The destination of each line, called once a line. */
  destination: DestinationStream
}

/** A log whose level can change, and which has a way for lines that no level switches off. */
export interface ProgramLog extends Log {
  level: string
  /** A log with the same destination that writes every line, whatever the level is. */
  readonly always: Log
  /** Writes the line of a request at level `info`, for a third of the cost. @see docs/decisions/008-hot-path.md */
  access(record: AccessLine): void
}

/** Creates a log that writes JSON lines, or lines for people where `isPretty` is set. */
export async function createLog({ level, isPretty, fields, destination }: LogOptions): Promise<ProgramLog> {
  const settings: LoggerOptions = {
    level,
    base: fields ?? null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // No caller gives headers, cookies, tokens or queries to the log; this is the second line of defence.
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
 * Formats one line of the log for a terminal. The line of a request begins with the fields that people look for, as
 * in `GET /a.txt 200 29 B 4 ms alice`. The other fields follow, dimmed.
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
  const words = [method, path, status, `${bytes} B`, `${Math.round(Number(totalMs))} ms`, who, code]
  if (outcome !== 'complete') words.push(outcome)
  const line = words.filter((word) => word !== undefined).join(' ')
  return escapeForTerminal(line) + rest({ ...more, requestId }, dim)
}

function rest(fields: object, dim: (text: string) => string): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return pairs.length === 0 ? '' : `  ${dim(escapeForTerminal(pairs.join(' ')))}`
}

/** The longest target in a line of the log. No key in S3 is longer, and a client cannot fill the log with long ones. */
const maxTargetLength = 1024

/** Shortens a target that is too long, so that it ends in `…`. */
function shorten(record: AccessLine): AccessLine {
  const { path, key } = record
  if (path.length <= maxTargetLength && (key === undefined || key.length <= maxTargetLength)) return record
  return { ...record, path: startOf(path), key: key === undefined ? undefined : startOf(key) }
}

function startOf(text: string): string {
  return text.length <= maxTargetLength ? text : `${text.slice(0, maxTargetLength)}…`
}

/** The line of a request that is over. */
export interface AccessLine {
  requestId: string
  method: string
  /** The path, percent-encoded, without the query, which may hold secrets of other sites. */
  path: string
  /** The decoded key below the endpoint's prefix, where the path names an object. */
  key?: string | undefined
  /** Kind of the request, such as `object` or `callback`. */
  route: string
  status: number
  /** Number of bytes of the body that the network took. */
  bytes: number
  /** `aborted` by the client, or `cut` by S3 or s3proxy, which the client can see. */
  outcome: 'complete' | 'aborted' | 'cut'
  totalMs: number
  sessionMs?: number | undefined
  ssoMs?: number | undefined
  /** Time until the head of S3's answer. */
  s3Ms?: number | undefined
  who?: string | undefined
  /** Code of the error, of the reason for a cut, or of a client that left before there was an answer. */
  code?: string | undefined
  healed?: number | undefined
  askedTwiceBytes?: number | undefined
  /** Number of parts that were fetched ahead over further connections. */
  parts?: number | undefined
  /** Step of the login. */
  login?: string | undefined
  /** S3's own id of its answer. */
  s3RequestId?: string | undefined
  /** Id of the trace that the request belongs to. */
  traceId?: string | undefined
}

/** Writes the one line of a request. */
export function logAccess(log: Log | ProgramLog, record: AccessLine): void {
  if ('access' in log) log.access(record)
  else log.info(shorten(record), 'request')
}

/**
 * Creates a warning that is written at most once a minute, with the number of those that were held back.
 *
 * @param now a clock that never jumps, in milliseconds
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
