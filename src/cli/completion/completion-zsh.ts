import { type CommandWord, type FlagWord, spellings, type Words } from './completion-words.ts'

/** Writes the file `_s3proxy` for the `fpath`, which can be sourced below `compinit` as well. */
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
  // An empty list lets zsh insert flags; a message in its place, as values have, would prevent that.
  const argument = `'1: :(${choices.join(' ')})'`
  return `        ${name}) _arguments -s -S ${[...flags.map(flagSpec), argument].join(' ')} ;;\n`
}

/** Writes one flag for `_arguments`: flags that exclude it, its spellings, its description, its value. */
function flagSpec(flag: FlagWord): string {
  const description = flag.description.replace(/[[\]\\:]/g, '\\$&')
  const value = { none: '', file: ':file:_files', setting: ':option:_s3proxy_set', any: ':value: ' }[
    flag.value
  ]
  const excluded = flag.value === 'setting' ? '*' : `(${spellings(flag).join(' ')})`
  return spellings(flag)
    .map((spelling) => {
      const equals = flag.value !== 'none' && spelling.startsWith('--') ? '=' : ''
      return quote(`${excluded}${spelling}${equals}[${description}]${value}`)
    })
    .join(' ')
}

/** Writes a word with its description for `_describe`. */
function pair(word: string, description: string): string {
  return quote(`${word}:${description}`)
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
