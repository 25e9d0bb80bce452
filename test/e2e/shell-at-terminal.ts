import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A shell that sits at a terminal, as for a person who types. */
export interface ShellAtTerminal {
  /** Types, and waits for the shell to print the line that stands at its prompt then. */
  lineAfter(typed: string): Promise<string>
  close(): Promise<void>
}

/** Marks between which each shell prints its line when `printLineKey` is typed. */
const [open, close] = ['\u2039', '\u203a']
export const printLineKey = '\x18\x10'

/**
 * Starts a shell with a terminal of its own.
 *
 * @param setup lines for the shell; they bind `printLineKey` to print the line between `‹` and `›`
 */
export async function startShell(
  command: string,
  setup: string,
  options: { cwd: string; env: Record<string, string> },
): Promise<ShellAtTerminal> {
  const child = spawn('script', ['--quiet', '--echo', 'never', '--command', command, '/dev/null'], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', TERM: 'dumb', ...options.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  let output = ''
  const looks = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    for (const look of looks) look()
  })
  const found = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output)
        if (match === null) return
        looks.delete(look)
        output = output.slice(match.index + match[0].length)
        resolve(match[1] ?? '')
      }
      looks.add(look)
      void ended.then(() => reject(new Error(`${command} ended:\n${output}`)))
      look()
    })
  // Two halves keep the echo of the typed text from looking like the printed one.
  child.stdin.write(`${setup}\nprintf '%s%s\\n' READY -NOW\n`)
  await found(/READY-NOW/)
  return {
    lineAfter(typed) {
      // ^U before it empties the line.
      child.stdin.write(`\x15${typed}${printLineKey}`)
      return found(new RegExp(`${open}([^${close}]*)${close}`))
    },
    async close() {
      child.stdin.write('\x15exit\n')
      await ended
    },
  }
}
