import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface ServerProgramOptions {
  env?: Readonly<Record<string, string>>
  cwd?: string
  /** The line that says that it listens, on either output. */
  isReady: RegExp
}

export interface ServerProgram {
  /** Ends it, with the processes that it started. */
  close(): Promise<void>
}

/** Starts a server and waits until it says that it listens. A server that ends before fails with its last lines. */
export async function startServerProgram(
  program: string,
  args: readonly string[],
  { env = {}, isReady, ...rest }: ServerProgramOptions,
): Promise<ServerProgram> {
  const child = spawn(program, args, {
    ...{ ...rest, env: { ...process.env, ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  })
  const lines: string[] = []
  const ready = new Promise<void>((resolve) => {
    for (const output of [child.stdout, child.stderr])
      createInterface({ input: output as NodeJS.ReadableStream }).on('line', (line) => {
        lines.push(line)
        if (lines.length > 20) lines.shift()
        if (isReady.test(line)) resolve()
      })
  })
  const exited = once(child, 'exit')
  const failed = exited.then(([status]) => {
    throw new Error(`${program} ended with ${status}: ${lines.join('\n')}`)
  })
  failed.catch(() => {})
  process.once('exit', () => endGroup(child))
  await Promise.race([ready, failed])
  return {
    async close() {
      endGroup(child)
      await exited
    },
  }
}

function endGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL')
}
