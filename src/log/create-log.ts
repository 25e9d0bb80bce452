import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino'
import { escapeJsonLine } from './escape.ts'
import { formatForPeople } from './format-for-people.ts'
import type { AccessLine, ProgramLog } from './log.ts'
import { withShortTarget } from './log-access.ts'

export interface LogOptions {
  level: string
  /** Whether lines are for people and not for machines. */
  isPretty: boolean
  /** Fields of every line. */
  fields?: Readonly<Record<string, unknown>>
  /** The destination of each line, called once a line. */
  destination: DestinationStream
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
  return extend(pino(settings, { write }), (access) => {
    const time = new Date().toISOString()
    write(
      `{"level":"info","time":"${time}",${start}${JSON.stringify(access).slice(1, -1)},"msg":"request"}\n`,
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
  return extend(logger, (access) => logger.info(access, 'request'))
}

function extend(logger: Logger, writeAccess: (line: AccessLine) => void): ProgramLog {
  return Object.assign(logger, {
    always: logger.child({}, { level: 'info' }),
    access(line: AccessLine) {
      if (logger.isLevelEnabled('info')) writeAccess(withShortTarget(line))
    },
  })
}
