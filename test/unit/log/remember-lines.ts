import type { Log } from '../../../src/log/log.ts'

/** A log that only remembers its lines. */
export function rememberLines(): { log: Log; lines: [level: string, fields: object, message: string][] } {
  const lines: [string, object, string][] = []
  const at = (level: string) => (fields: object, message: string) => void lines.push([level, fields, message])
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } }
}
