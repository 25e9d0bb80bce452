import { z } from 'zod'
import { defaultOf, isRequired, type Option, options } from '../../src/config/options.ts'

/** What documentation says of one option, read off the schema. */
export interface OptionText {
  path: string
  section: string
  description: string
  /** `65535`, `"lax"`, `required` or `none`. */
  value: string
  /** `integer, 1 to 256`, `lax or none`, `text`. */
  type: string
  envNames: string[]
  isSecret: boolean
}

export const optionTexts: OptionText[] = options.map((option) => ({
  path: option.path,
  section: option.section,
  description: option.description,
  value: shownDefault(option),
  type: typeOf(option),
  envNames: option.envNames,
  isSecret: option.isSecret === true,
}))

/** The table of the README. */
export function markdownTable(): string {
  const rows = optionTexts.map(({ path, value, envNames, isSecret, description, type }) => {
    const names = envNames.map((name) => `\`${name}\``).join(', ')
    const what = [
      /^(?:text|list|integer.*)$/.test(type) ? '' : `${type}: `,
      description,
      isSecret ? ' (secret)' : '',
    ].join('')
    const shown = value === 'required' || value === 'none' ? value : `\`${value}\``
    return `| \`${path}\` | ${shown} | ${names} | ${what.replaceAll('|', '\\|')} |\n`
  })
  return `| option | default | environment, strongest first | meaning |\n|---|---|---|---|\n${rows.join('')}`
}

/** The list of s3proxy.json(5), in the macros of man(7). */
export function manList(): string {
  let section = ''
  const entries = optionTexts.map((option) => {
    const heading = option.section === section ? '' : `.SS ${option.section}\n`
    section = option.section
    const names = option.envNames.map((name) => `.B ${name}\n`).join('')
    const secret = option.isSecret
      ? 'A secret: each name with\n.B _FILE\nbehind it names a file instead.\n'
      : ''
    const standing = { required: 'required', none: 'no default' }[option.value] ?? `default: ${option.value}`
    return `${heading}.TP
.B ${roff(option.path)}
${roff(capital(option.description))}.
.RS
.PP
${roff(capital(option.type))}; ${roff(standing)}.
.br
Environment:
${names}${secret}.RE
`
  })
  return entries.join('')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Text as roff takes it literally. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1')
}

function shownDefault(option: Option): string {
  if (isRequired(option)) return 'required'
  const value = defaultOf(option)
  return value === undefined ? 'none' : String(value)
}

function typeOf(option: Option): string {
  if (option.kind === 'flag or list') return 'true, false or list'
  const { type, minimum, maximum, enum: values } = z.toJSONSchema(option.schema, { io: 'input' })
  if (values !== undefined) return values.join(', ').replace(/, ([^,]*)$/, ' or $1')
  if (type === 'integer') return `integer, ${minimum} to ${maximum}`
  if (type === 'boolean') return 'true or false'
  return type === 'array' ? 'list' : 'text'
}
