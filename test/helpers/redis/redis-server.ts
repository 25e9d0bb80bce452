import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { findFreePort } from '../network/free-port.ts'

/** A real Redis in a process of its own, on a free port of 127.0.0.1, that keeps nothing on disk. */
export interface RedisServer {
  /** With the password, where there is one. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Stops the process, so that it accepts connections and answers nothing. */
  pause(): void
  resume(): void
  /** Ends the process at once; no client is told. */
  kill(): Promise<void>
  /** Starts it on the same port, empty; ends it first where it still runs. */
  restart(): Promise<void>
  /** Runs `redis-cli` as the default user. @returns its output without the last line end */
  command(...words: string[]): Promise<string>
  close(): Promise<void>
}

export interface RedisServerOptions {
  /** The password of the default user. */
  password?: string
  /** More arguments of `redis-server`, such as `['--user', 'proxy on >secret ~* +@all']`. */
  args?: string[]
  /** Paths of PEM files; with them there is only TLS, without certificates of clients. */
  tls?: { certFile: string; keyFile: string; caFile: string }
  /** Port; a free one unless given. */
  port?: number
  /** Whether it is a Sentinel; `args` then are its configuration lines, such as `sentinel monitor …`. */
  sentinel?: boolean
}

/** @throws Error when there is no `redis-server`, or it does not start */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 's3proxy-redis-'))
  const { port, child: first } = await launchOnFreePort(options, folder)
  let child = first
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    // A paused process hears no other signal, and there is nothing to keep.
    child.kill('SIGKILL')
    await exited
  }
  const password = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`
  return {
    url: `${options.tls === undefined ? 'redis' : 'rediss'}://${password}127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid as number
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: end,
    async restart() {
      await end()
      child = await launch(options, folder, port)
    },
    async command(...words) {
      const tls = options.tls === undefined ? [] : ['--tls', '--cacert', options.tls.caFile]
      const env = { ...process.env, REDISCLI_AUTH: options.password }
      const args = ['-h', '127.0.0.1', '-p', String(port), ...tls, ...words]
      const { stdout } = await promisify(execFile)('redis-cli', args, { env })
      return stdout.replace(/\n$/, '')
    },
    async close() {
      await end()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function launchOnFreePort(options: RedisServerOptions, folder: string) {
  if (options.port !== undefined) {
    return { port: options.port, child: await launch(options, folder, options.port) }
  }
  // Somebody else may take a port between our look at it and the start of the server.
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort()
    try {
      return { port, child: await launch(options, folder, port) }
    } catch (error) {
      if (attempt === 5 || !/in use/.test(String(error))) throw error
    }
  }
}

async function launch(options: RedisServerOptions, folder: string, port: number): Promise<ChildProcess> {
  const { tls, password, args = [], sentinel = false } = options
  const ports =
    tls === undefined
      ? ['--port', String(port)]
      : ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no']
  if (tls !== undefined)
    ports.push(
      '--tls-cert-file',
      tls.certFile,
      '--tls-key-file',
      tls.keyFile,
      '--tls-ca-cert-file',
      tls.caFile,
    )
  const own = sentinel
    ? ['--daemonize', 'no']
    : ['--save', '', '--appendonly', 'no', '--repl-diskless-load', 'swapdb']
  const secret = password === undefined ? [] : ['--requirepass', password]
  const all = [...ports, '--bind', '127.0.0.1', '--dir', folder, '--logfile', '', ...own, ...secret, ...args]
  if (sentinel) return ready(spawnWithConfig(all), /Sentinel ID is|\+monitor/)
  return ready(
    spawn('redis-server', all, { stdio: ['ignore', 'pipe', 'ignore'] }),
    /Ready to accept connections/,
  )

  // A Sentinel writes its state into its configuration file, so it needs one.
  function spawnWithConfig(words: string[]): ChildProcess {
    const file = join(folder, 'sentinel.conf')
    const lines: string[] = []
    for (const word of words) {
      if (word.startsWith('--')) lines.push(word.slice(2))
      else lines.push(`${lines.pop() ?? ''} ${word === '' ? '""' : word}`)
    }
    writeFileSync(file, `${lines.join('\n')}\n`)
    return spawn('redis-server', [file, '--sentinel'], { stdio: ['ignore', 'pipe', 'ignore'] })
  }
}

const running = new Set<ChildProcess>()

/** Ends the child with this process, also when a signal ends it, as the test runner does after its timeout. */
function endWithUs(child: ChildProcess): void {
  if (running.size === 0)
    process.once('exit', endAll).once('SIGTERM', endBySignal).once('SIGINT', endBySignal)
  running.add(child)
  child.once('exit', () => {
    running.delete(child)
    if (running.size > 0) return
    process.removeListener('exit', endAll)
    process.removeListener('SIGTERM', endBySignal).removeListener('SIGINT', endBySignal)
  })
}

function endAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

function endBySignal(signal: NodeJS.Signals): void {
  endAll()
  process.removeListener('SIGTERM', endBySignal).removeListener('SIGINT', endBySignal)
  process.kill(process.pid, signal)
}

function ready(child: ChildProcess, says: RegExp): Promise<ChildProcess> {
  endWithUs(child)
  return new Promise((resolve, reject) => {
    const lines: string[] = []
    child.once('error', (error) =>
      reject(new Error(`redis-server is needed for this test and cannot be started: ${error.message}`)),
    )
    child.once('exit', (status) =>
      reject(new Error(`redis-server ended with status ${status}:\n${lines.slice(-5).join('\n')}`)),
    )
    // Reading to the end keeps the server from waiting for room in the pipe.
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (lines.length < 200) lines.push(line)
        if (says.test(line)) resolve(child)
      })
  })
}
