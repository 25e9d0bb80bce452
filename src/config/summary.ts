import { options } from './options.ts'
import type { Resolved } from './resolve.ts'
import { maskRedisUrls } from './schema/redis-url.ts'

/** The effective configuration, fit to be shown: secrets masked, of URLs only user and password. */
export function maskedConfig(resolved: Resolved): Record<string, Record<string, unknown>> {
  const masked: Record<string, Record<string, unknown>> = {}
  for (const option of options) {
    const value = resolved.values[option.section]?.[option.name]
    if (value === undefined) continue
    masked[option.section] ??= {}
    const section = masked[option.section] as Record<string, unknown>
    section[option.name] = option.isSecret ? maskSecret(String(value)) : value
  }
  return masked
}

function maskSecret(value: string): string {
  return /^rediss?:/.test(value) ? maskRedisUrls(value) : '***'
}

/** A table of option, value and source for a terminal. */
export function formatSummary(resolved: Resolved): string {
  const masked = maskedConfig(resolved)
  const rows = options.flatMap(({ path, section, name }) => {
    const source = resolved.sources[path]
    const value = masked[section]?.[name]
    if (source === undefined) return []
    return [[path, formatValue(value), source] as const]
  })
  const width = (column: 0 | 1) => Math.max(0, ...rows.map((row) => row[column].length))
  return rows
    .map(([path, value, source]) => `${path.padEnd(width(0))}  ${value.padEnd(width(1))}  ${source}\n`)
    .join('')
}

function formatValue(value: unknown): string {
  if (value === undefined) return '-'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
