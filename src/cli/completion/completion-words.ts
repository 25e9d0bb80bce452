import { valuesOf } from '../../config/options/option.ts'
import type { Options } from '../../config/options/options.ts'
import { productOptions } from '../../config/options/product-options.ts'

/** The part of a commander program that completion reads. */
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

/** Kinds of values that can follow a flag. */
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
  /** The values that its argument is chosen from; empty where it can be anything. */
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

/**
 * Lists everything that can stand on the command line.
 *
 * @param options `--set` is completed with these, without secrets and without options that stand in the file only
 */
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
    // Commander has this command, but does not list it.
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

/** Tells from the placeholder in the help what a flag expects. */
function valueKind(placeholder: string | undefined): ValueKind {
  if (placeholder === undefined) return 'none'
  if (placeholder === 'file') return 'file'
  return placeholder === 'option=value' ? 'setting' : 'any'
}

/** Lists the short and the long spelling of a flag. */
export function spellings({ short, long }: FlagWord): string[] {
  return short === undefined ? [long] : [short, long]
}
