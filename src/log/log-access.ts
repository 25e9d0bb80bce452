import type { AccessLine, Log, ProgramLog } from './log.ts'

/** Writes the one line of a request. */
export function logAccess(log: Log | ProgramLog, line: AccessLine): void {
  if ('access' in log) log.access(line)
  else log.info(withShortTarget(line), 'request')
}

/** The longest target in a line of the log. No key in S3 is longer, and a client cannot fill the log with long ones. */
const maxTargetLength = 1024

/** Shortens a target that is too long, so that it ends in `…`. */
export function withShortTarget(line: AccessLine): AccessLine {
  const { path, key } = line
  if (path.length <= maxTargetLength && (key === undefined || key.length <= maxTargetLength)) return line
  return { ...line, path: startOf(path), key: key === undefined ? undefined : startOf(key) }
}

function startOf(text: string): string {
  return text.length <= maxTargetLength ? text : `${text.slice(0, maxTargetLength)}…`
}
