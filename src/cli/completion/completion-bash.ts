import { type CommandWord, type FlagWord, spellings, type Words } from './completion-words.ts'

/**
 * Writes the completion for bash 3.2 and later, without the package bash-completion.
 *
 * Bash splits words at `=` and `:`, so `--set log.level=debug` comes as several words. The script joins them again, and
 * removes the part before the last split from its answers.
 */
export function bashCompletion({ flags, commands, settings }: Words): string {
  const names = commands.map(({ name }) => name).join(' ')
  return `# bash completion of s3proxy, made by: s3proxy completion bash
_s3proxy() {
  local words=() joined='' part i
  for ((i = 1; i <= COMP_CWORD; i++)); do
    part=\${COMP_WORDS[i]}
    if [[ $part == [=:]* || $joined == 1 ]] && ((\${#words[@]} > 0)); then
      words[\${#words[@]}-1]+=$part
    else
      words+=("$part")
    fi
    [[ $part == [=:]* ]] && joined=1 || joined=''
  done
  local last=$((\${#words[@]} - 1)) command='' flag='' rest
  local current=\${words[last]}
  for ((i = 0; i < last; i++)); do
    if [[ -n $flag ]]; then
      flag=''
    elif [[ \${words[i]} == -- ]]; then
      return
    elif [[ -n $command ]] && _s3proxy_takes_value "$command \${words[i]}"; then
      flag=\${words[i]}
    elif [[ -z $command && \${words[i]} != -* ]]; then
      command=\${words[i]}
    fi
  done
  local value=$current
  if [[ -z $flag && $current == --*=* ]] && _s3proxy_takes_value "$command \${current%%=*}"; then
    flag=\${current%%=*}
    value=\${current#*=}
  fi
  # Bash replaces only what stands behind the last of its word breaks.
  local kept=''
  [[ $COMP_WORDBREAKS == *=* && $current == *=* ]] && kept=\${current%"\${current##*=}"}
  local colon=\${current%"\${current##*:}"}
  [[ $COMP_WORDBREAKS == *:* && \${#colon} -gt \${#kept} ]] && kept=$colon
  kept=\${kept#"\${current%"$value"}"}

  COMPREPLY=()
  case "$command $flag" in
    ${[...valueCases(commands, 'file')].join(' | ')})
      # Bash's own completion of files knows its quoting; before bash 4 it cannot be asked for here.
      compopt -o default 2>/dev/null || while IFS= read -r rest; do COMPREPLY+=("\${rest#"$kept"}"); done < <(compgen -f -- "$value")
      ;;
    ${[...valueCases(commands, 'setting')].join(' | ')})
      case $value in
${settings
  .filter(({ values }) => values.length > 0)
  .map(
    ({ path, values }) =>
      `        ${path}=*) _s3proxy_offer "${values.map((value) => `${path}=${value}`).join(' ')}" ;;\n`,
  )
  .join('')}        *=*) ;;
        *)
          compopt -o nospace 2>/dev/null
          _s3proxy_offer "${settings.map(({ path }) => `${path}=`).join(' ')}"
          ;;
      esac
      ;;
    *' -'*) ;;
    ' ')
      if [[ $current == -* ]]; then _s3proxy_offer "${allSpellings(flags)}"; else _s3proxy_offer "${names}"; fi
      ;;
${commands.map(commandCase).join('')}  esac
}

_s3proxy_takes_value() {
  case $1 in
    ${[...valueCases(commands, 'file', 'setting', 'any')].join(' | ')}) return 0 ;;
  esac
  return 1
}

# Uses value and kept of its caller.
_s3proxy_offer() {
  while IFS= read -r rest; do COMPREPLY+=("\${rest#"$kept"}"); done < <(compgen -W "$1" -- "$value")
}

complete -F _s3proxy s3proxy
`
}

function commandCase({ name, flags, choices }: CommandWord): string {
  const offers = choices.length === 0 ? ':' : `_s3proxy_offer "${choices.join(' ')}"`
  const dashed = flags.length === 0 ? ':' : `_s3proxy_offer "${allSpellings(flags)}"`
  return `    '${name} ')
      if [[ $current == -* ]]; then ${dashed}; else ${offers}; fi
      ;;
`
}

/** Lists the patterns of command and flag for flags whose values are of these kinds. */
function* valueCases(commands: readonly CommandWord[], ...kinds: FlagWord['value'][]): Generator<string> {
  for (const { name, flags } of commands)
    for (const flag of flags.filter(({ value }) => kinds.includes(value)))
      for (const spelling of spellings(flag)) yield `'${name} ${spelling}'`
}

function allSpellings(flags: readonly FlagWord[]): string {
  return flags.flatMap(spellings).join(' ')
}
