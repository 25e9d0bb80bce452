import type { Option } from './options/option.ts'
import { getValue, optionsIn, setValue } from './options/option-values.ts'
import type { Options } from './options/options.ts'
import { productOptions } from './options/product-options.ts'
import type { Resolved } from './resolve.ts'

/**
 * The configuration in force as people may see it: secrets are masked, in a URL only user and password. A value without a
 * source is left out, because another option takes its place.
 */
export function maskedConfig(
  { values, sources }: Pick<Resolved, 'values' | 'sources'>,
  options: Options = productOptions,
): Record<string, Record<string, unknown>> {
  const masked: Record<string, Record<string, unknown>> = {}
  for (const option of optionsIn(options, values)) {
    const value = getValue(values, option)
    if (value !== undefined && sources[option.path] !== undefined)
      setValue(masked, option, shown(option, value))
  }
  return masked
}

function shown({ show, isSecret }: Option, value: unknown): unknown {
  if (show !== undefined) return show(value)
  return isSecret === true ? '***' : value
}

/**
 * Writes a table of option, value and source for a terminal. Options that a named section inherits are left out: they
 * would repeat most of the table for each name.
 */
export function formatSummary(
  { values, sources }: Pick<Resolved, 'values' | 'sources'>,
  options: Options = productOptions,
): string {
  const rows = optionsIn(options, values).flatMap((option) => {
    const source = sources[option.path]
    if (source === undefined || source === option.inherits) return []
    const value = getValue(values, option)
    return [[option.path, value === undefined ? '-' : formatValue(option, value), source] as const]
  })
  const width = (column: 0 | 1) => Math.max(0, ...rows.map((row) => row[column].length))
  return rows
    .map(([path, value, source]) => `${path.padEnd(width(0))}  ${value.padEnd(width(1))}  ${source}\n`)
    .join('')
}

function formatValue(option: Option, value: unknown): string {
  // A list of objects would make the column as wide as itself; --json shows it.
  if (option.kind === 'list of objects' && Array.isArray(value))
    return value.length === 1 ? '1 object' : `${value.length} objects`
  const text = shown(option, value)
  return typeof text === 'string' ? text : JSON.stringify(text)
}
