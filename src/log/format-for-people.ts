import { escapeForTerminal } from './escape.ts'

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
