import type { Option } from '../options/option.ts'

/** Reads text as a value of the option's kind. Text that does not fit is returned as it is: the schema says what it expected. */
export function fromText({ kind, complete }: Option, text: string): unknown {
  if (kind === 'count') return /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : text
  const flag = flags[text.trim().toLowerCase()]
  if (kind === 'flag') return flag ?? text
  if (kind === 'flag or list') return flag ?? itemsOf(text)
  if (kind === 'list') return itemsOf(text)
  return complete?.(text) ?? text
}

function itemsOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

const flags: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  on: true,
  false: false,
  '0': false,
  no: false,
  off: false,
}
