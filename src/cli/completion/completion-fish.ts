import type { FlagWord, Words } from './completion-words.ts'

/** Writes the file `s3proxy.fish` for the folder of fish's completions. */
export function fishCompletion({ flags, commands, settings }: Words): string {
  const lines = settings.flatMap(({ path, description, values }) =>
    values.length > 0
      ? values.map((value) => `${path}=${value}\t${description}`)
      : [`${path}=\t${description}`],
  )
  return `# fish completion of s3proxy, made by: s3proxy completion fish
function __s3proxy_command
    set -l words (commandline -opc)
    for word in $words[2..]
        if not string match -q -- '-*' $word
            test "$word" = "$argv[1]"
            return
        end
    end
    test -z "$argv[1]"
end

function __s3proxy_set
    printf '%s\\n' ${lines.map(quote).join(' \\\n        ')}
end

complete -c s3proxy -f
${flags.map((flag) => complete('', flagWords(flag))).join('')}${commands
  .map(({ name, description, flags: own, choices }) =>
    [
      complete('', `-a ${name} -d ${quote(description)}`),
      ...own.map((flag) => complete(name, flagWords(flag))),
      ...(choices.length === 0 ? [] : [complete(name, `-a ${quote(choices.join(' '))}`)]),
    ].join(''),
  )
  .join('')}`
}

/** Writes one line of `complete`. @param command it is offered behind this command; empty: before any command */
function complete(command: string, what: string): string {
  return `complete -c s3proxy -n ${quote(`__s3proxy_command ${command === '' ? "''" : command}`)} ${what}\n`
}

function flagWords({ short, long, description, value }: FlagWord): string {
  const follows = { none: '', file: ' -r -F', setting: " -x -a '(__s3proxy_set)'", any: ' -x' }[value]
  return `${short === undefined ? '' : `-s ${short.slice(1)} `}-l ${long.slice(2)}${follows} -d ${quote(description)}`
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
