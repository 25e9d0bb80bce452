import { isJsonObject } from '../../http/json-object.ts'
import type { Option } from './option.ts'
import type { Options } from './options.ts'

/** Finds the value of an option; `undefined` where it has none. */
export function getValue(values: object, { keys }: Pick<Option, 'keys'>): unknown {
  let value: unknown = values
  for (const key of keys) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

/** Puts a value among others, and makes the sections that lead to it. */
export function setValue(
  values: Record<string, unknown>,
  { keys }: Pick<Option, 'keys'>,
  value: unknown,
): void {
  let section = values
  for (const key of keys.slice(0, -1)) {
    const inner = Object.hasOwn(section, key) ? section[key] : undefined
    const next = isJsonObject(inner) ? inner : {}
    section[key] = next
    section = next
  }
  section[keys.at(-1) ?? ''] = value
}

/** Takes a value, or a whole section, out of others. */
export function removeValue(values: Record<string, unknown>, { keys }: Pick<Option, 'keys'>): void {
  const section = getValue(values, { keys: keys.slice(0, -1) })
  if (isJsonObject(section)) delete section[keys.at(-1) ?? '']
}

/** Lists every option, with those of each named section that is in any of the values. */
export function optionsIn({ single, named }: Options, ...values: readonly object[]): readonly Option[] {
  const ofNames = named.flatMap(({ section, optionsOf }) =>
    namesIn(section, ...values).flatMap((name) => optionsOf(name)),
  )
  return ofNames.length === 0 ? single : [...single, ...ofNames]
}

/** Lists the names that sections of one kind have in any of the values. */
export function namesIn(section: string, ...values: readonly object[]): string[] {
  const names = values.flatMap((one) => Object.keys(getValue(one, { keys: [section] }) ?? {}))
  return [...new Set(names)]
}
