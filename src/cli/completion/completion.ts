import { bashCompletion } from './completion-bash.ts'
import { fishCompletion } from './completion-fish.ts'
import { type CommandLine, type Words, wordsOf } from './completion-words.ts'
import { zshCompletion } from './completion-zsh.ts'

export type Shell = keyof typeof scripts

/** Writes the script that makes a shell complete this command line. It is made from the program, and knows every flag. */
export function completionScript(program: CommandLine, shell: Shell): string {
  return scripts[shell](wordsOf(program))
}

const scripts = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} satisfies Record<string, (words: Words) => string>
