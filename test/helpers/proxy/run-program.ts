import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { bareEnv, program } from './proxy-process.ts'

export interface Outcome {
  status: number | null
  signal: NodeJS.Signals | null
  stdout: Buffer
  stderr: string
}

export interface RunningProgram {
  child: ChildProcess
  /** Resolves once the program has ended and all its output is read. */
  outcome: Promise<Outcome>
  /** Resolves as soon as stderr holds the text. */
  told(text: string): Promise<void>
  /** Resolves with the match as soon as stderr has one. */
  says(pattern: RegExp): Promise<RegExpExecArray>
}

/** Starts the built program with `env` as its whole environment, in a folder without `.env`. */
export function start(args: string[], env: Record<string, string> = {}, cwd = '/'): RunningProgram {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { ...bareEnv, AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const pieces: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const outcome = once(child, 'close').then(([status, signal]) => ({
    status,
    signal,
    stdout: Buffer.concat(pieces),
    stderr,
  }))
  function watch<T>(find: () => T | null | false, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find()
        if (found !== null && found !== false) resolve(found)
      }
      child.stderr.on('data', look)
      look()
      outcome.then(() => reject(new Error(`it ended without saying ${what}, but: ${stderr}`)), reject)
    })
  }
  return {
    child,
    outcome,
    async told(text) {
      await watch(() => stderr.includes(text), text)
    },
    says: (pattern) => watch(() => pattern.exec(stderr), `${pattern}`),
  }
}

export function run(args: string[], env: Record<string, string> = {}, cwd = '/'): Promise<Outcome> {
  return start(args, env, cwd).outcome
}
