import { type CommandWord, type FlagWord, spellings, type Words } from './completion-words.ts'

/** For a file `_s3proxy` on the `fpath`, or to be sourced below `compinit`. */
export function zshCompletion({ flags, commands, settings }: Words): string {
  return `#compdef s3proxy
# zsh completion of s3proxy, made by: s3proxy completion zsh
_s3proxy() {
  local curcontext=$curcontext state state_descr line
  typeset -A opt_args
  _arguments -C ${[...flags.map(flagSpec), "'1: :->command'", "'*:: :->arguments'"].join(lineBreak)}
  case $state in
    command)
      local -a commands=(
${commands.map(({ name, description }) => `        ${pair(name, description)}\n`).join('')}      )
      _describe -t commands command commands
      ;;
    arguments)
      case $words[1] in
${commands.map(commandCase).join('')}      esac
      ;;
  esac
}

_s3proxy_set() {
  local -a values
  if compset -P '*='; then
    case $IPREFIX in
${settings
  .filter(({ values }) => values.length > 0)
  .map(({ path, values }) => `      *${path}=) values=(${values.join(' ')}) ;;\n`)
  .join('')}    esac
    compadd -a values
  else
    values=(
${settings.map(({ path, description }) => `      ${pair(path, description)}\n`).join('')}    )
    _describe -t settings setting values -S =
  fi
}

if [[ $funcstack[1] == _s3proxy ]]; then _s3proxy "$@"; else compdef _s3proxy s3proxy; fi
`
}

const lineBreak = ' \\\n    '

function commandCase({ name, flags, choices }: CommandWord): string {
  // Offering nothing leaves flags alone; a message here, as of values, would keep them from being inserted.
  const argument = `'1: :(${choices.join(' ')})'`
  return `        ${name}) _arguments -s -S ${[...flags.map(flagSpec), argument].join(' ')} ;;\n`
}

/** One flag for _arguments: what excludes it, how it is spelt, what it does, what follows it. */
function flagSpec(flag: FlagWord): string {
  const told = flag.description.replace(/[[\]\\:]/g, '\\$&')
  const value = { none: '', file: ':file:_files', setting: ':option:_s3proxy_set', any: ':value: ' }[
    flag.value
  ]
  const excluded = flag.value === 'setting' ? '*' : `(${spellings(flag).join(' ')})`
  return spellings(flag)
    .map((spelling) => {
      const equals = flag.value !== 'none' && spelling.startsWith('--') ? '=' : ''
      return quote(`${excluded}${spelling}${equals}[${told}]${value}`)
    })
    .join(' ')
}

/** A word with its description, for _describe. */
function pair(word: string, description: string): string {
  return quote(`${word}:${description}`)
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
