import { isInWords, type OptionText } from './option-texts.ts'

/** Makes the table of the README. */
export function markdownTable(texts: readonly OptionText[]): string {
  const rows = texts.map(({ path, value, envNames, isSecret, description, type }) => {
    const names = envNames.length === 0 ? 'file only' : envNames.map((name) => `\`${name}\``).join(', ')
    const what = [
      /^(?:text|list|integer.*|as there)$/.test(type) ? '' : `${type}: `,
      description,
      isSecret ? ' (secret)' : '',
    ].join('')
    const shown = isInWords(value) ? value : `\`${value}\``
    return `| \`${path}\` | ${shown} | ${names} | ${what.replaceAll('|', '\\|')} |\n`
  })
  return `| option | default | environment, strongest first | meaning |\n|---|---|---|---|\n${rows.join('')}`
}

/** Makes the list of s3proxy.json(5), in the macros of man(7). */
export function manList(texts: readonly OptionText[]): string {
  let section = ''
  const entries = texts.map((option) => {
    const heading = option.section === section ? '' : `.SS ${option.section}\n`
    section = option.section
    const standing =
      { required: 'required', none: 'no default', inherited: 'inherited' }[option.value] ??
      `default: ${option.value}`
    return `${heading}.TP
.B ${roff(option.path)}
${roff(capital(option.description))}.
.RS
.PP
${roff(capital(option.type))}; ${roff(standing)}.
.br
${environmentOf(option)}.RE
`
  })
  return entries.join('')
}

function environmentOf({ envNames, isSecret }: OptionText): string {
  if (envNames.length === 0) return 'In the file only.\n'
  const names = envNames.map((name) => `.B ${name}\n`).join('')
  const secret = isSecret ? 'A secret: each name with\n.B _FILE\nbehind it names a file instead.\n' : ''
  return `Environment:\n${names}${secret}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Escapes a text so that roff takes it literally. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1')
}
