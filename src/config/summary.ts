import { getValue, type Option, options } from './options.ts'
import type { Resolved } from './resolve.ts'

/** The effective configuration, fit to be shown: secrets masked, of URLs only user and password. */
export function maskedConfig({ values }: Pick<Resolved, 'values'>): Record<string, Record<string, unknown>> {
  const masked: Record<string, Record<string, unknown>> = {}
  for (const option of options) {
    const value = getValue(values, option)
    if (value !== undefined)
      masked[option.section] = { ...masked[option.section], [option.name]: shown(option, value) }
  }
  return masked
}

function shown({ show, isSecret }: Option, value: unknown): unknown {
  if (show !== undefined) return show(value)
  return isSecret === true ? '***' : value
}

/** A table of option, value and source for a terminal. */
export function formatSummary(resolved: Pick<Resolved, 'values' | 'sources'>): string {
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
