import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createLogLines, type LogLine, type LogLines } from './log-lines.ts'

/** `s3proxy serve`, as the platform starts it: the built program in a process of its own; `log` is its stdout. */
export interface ProxyProcess extends LogLines {
  readonly child: ChildProcess
  readonly origin: string
  readonly port: number
  /** All of the output, for the search for secrets. */
  readonly output: { stdout: string; stderr: string }
  /** Resolves with exit status and signal once all output is read. */
  readonly exited: Promise<{ status: number | null; signal: NodeJS.Signals | null }>
  /** Sends SIGTERM, unless it has ended already; resolves as `exited` does. */
  stop(): Promise<{ status: number | null; signal: NodeJS.Signals | null }>
}

export interface ProxyOptions {
  args?: string[]
  cwd?: string
  file?: string
  /** A listening socket that it is started with, as by a service manager. */
  activatedFd?: number
}

export const program = fileURLToPath(new URL('../../../bin/s3proxy.js', import.meta.url))

/** The part of our own environment that a child gets; nothing in it configures the proxy. */
export const bareEnv: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: process.env.HOME }

/**
 * Starts the proxy and waits until it listens.
 *
 * @param env the whole configuration; `PORT` is 0 unless given
 * @param options `cwd`: where a `.env` may lie; default: the root of the file system, where there is none;
 *   `file`: another build of the program
 * @throws Error with everything that was printed, when it ends before it listens
 */
export async function startProxy(
  env: Record<string, string>,
  options: ProxyOptions = {},
): Promise<ProxyProcess> {
  const proxy = spawnProxy(env, options)
  const listening = proxy.logged((line) => line.msg === 'listening')
  const failed = proxy.exited.then(({ status, signal }) => {
    const { stdout, stderr } = proxy.output
    throw new Error(`s3proxy ended with ${status ?? signal} before it listened:\n${stdout}${stderr}`)
  })
  const line = await Promise.race([listening, failed])
  failed.catch(() => {})
  return Object.assign(proxy, { port: Number(line.port), origin: `http://127.0.0.1:${line.port}` })
}

/** Starts the proxy without waiting; `port` and `origin` mean nothing. */
export function spawnProxy(
  env: Record<string, string>,
  { args = [], cwd = '/', file = program, activatedFd }: ProxyOptions = {},
): ProxyProcess {
  const command = [process.execPath, file, 'serve', ...args]
  // The variables name the process that they are meant for, so a shell sets them, and becomes it.
  const shell = ['sh', '-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', 'sh']
  const [first = '', ...rest] = activatedFd === undefined ? command : [...shell, ...command]
  const child = spawn(first, rest, {
    cwd,
    env: { ...bareEnv, PORT: '0', S3PROXY_SERVER_HOST: '127.0.0.1', ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(activatedFd === undefined ? [] : [activatedFd])],
  }) as ChildProcessByStdio<null, Readable, Readable>
  const output = { stdout: '', stderr: '' }
  const { lines, add } = createLogLines()
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  createInterface({ input: child.stdout }).on('line', (text) => {
    output.stdout += `${text}\n`
    let line: LogLine
    try {
      line = JSON.parse(text)
    } catch {
      return
    }
    add(line)
  })
  const exited = once(child, 'close').then(([status, signal]) => ({ status, signal }))
  return Object.assign(lines, {
    ...{ child, origin: '', port: 0, output, exited },
    stop() {
      child.kill('SIGTERM')
      return exited
    },
  })
}
