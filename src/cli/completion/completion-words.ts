import { type Options, valuesOf } from '../../config/options.ts'
import { productOptions } from '../../config/product-options.ts'

/** As much of a commander program as completion reads. */
export interface CommandLine {
  readonly commands: readonly CommandOfProgram[]
  readonly options: readonly FlagOfCommand[]
}

export interface CommandOfProgram {
  name(): string
  description(): string
  readonly options: readonly FlagOfCommand[]
  readonly registeredArguments: readonly { readonly argChoices?: readonly string[] | undefined }[]
}

interface FlagOfCommand {
  readonly flags: string
  readonly short?: string | undefined
  readonly long?: string | undefined
  readonly description: string
}

/** What can follow a flag. */
export type ValueKind = 'none' | 'file' | 'setting' | 'any'

export interface FlagWord {
  short: string | undefined
  long: string
  description: string
  value: ValueKind
}

export interface CommandWord {
  name: string
  description: string
  flags: FlagWord[]
  /** What its argument can be; empty when nobody knows. */
  choices: string[]
}

/** One option that `--set` takes. */
export interface SettingWord {
  path: string
  description: string
  values: string[]
}

/** Everything that can stand on the command line, the same for every shell. */
export interface Words {
  flags: FlagWord[]
  commands: CommandWord[]
  settings: SettingWord[]
}

/** @param options those that `--set` takes; what stands in the file only is none of them */
export function wordsOf(program: CommandLine, options: Options = productOptions): Words {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    flags: [...command.options.map(toFlag), help],
    choices: [...(command.registeredArguments[0]?.argChoices ?? [])],
  }))
  const names = commands.map(({ name }) => name)
  return {
    flags: [...program.options.map(toFlag), help],
    // Commander has this one without listing it.
    commands: [
      ...commands,
      { name: 'help', description: 'print the help of a command', flags: [], choices: names },
    ],
    settings: options.single
      .filter(({ isSecret, envNames }) => isSecret !== true && envNames.length > 0)
      .map((option) => ({
        path: option.path,
        description: option.description,
        values: valuesOf(option),
      })),
  }
}

const help: FlagWord = { short: '-h', long: '--help', description: 'print the help', value: 'none' }

function toFlag({ flags, short, long = '', description }: FlagOfCommand): FlagWord {
  const placeholder = /<([^>]+)>/.exec(flags)?.[1]
  return { short, long, description, value: valueKind(placeholder) }
}

/** The placeholder in the help says what is expected. */
function valueKind(placeholder: string | undefined): ValueKind {
  if (placeholder === undefined) return 'none'
  if (placeholder === 'file') return 'file'
  return placeholder === 'option=value' ? 'setting' : 'any'
}

/** Both spellings of a flag. */
export function spellings({ short, long }: FlagWord): string[] {
  return short === undefined ? [long] : [short, long]
}
