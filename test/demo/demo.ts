import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findFreePortFrom, isPortFree } from '../helpers/network/free-port.ts'
import { bareEnv, program } from '../helpers/proxy/proxy-process.ts'
import type { OidcSso } from '../helpers/sso/oidc-sso.ts'
import { s3EnvironmentOf } from '../helpers/stage/environment.ts'
import type { Stage } from '../helpers/stage/stage.ts'
import { configurationOf } from './demo-configuration.ts'
import { editor, startDemoStage } from './demo-stage.ts'
import { accessLines, curlLines, fetchLines, type LineToTry } from './lines-to-try.ts'

/**
 * Shows the main job on real parts: a bucket with sample objects, a single sign-on, and `s3proxy serve` in a process of
 * its own, started the way a user starts it. Runs until Ctrl-C.
 */
process.exitCode = await runDemo(process.argv.slice(2))

async function runDemo(args: string[]): Promise<number> {
  // Ctrl-C reaches every process of the terminal, and npm passes it on once more. Every one of them stops the demo.
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  const asked = once(stop.signal, 'abort')
  const port = await choosePort(args)
  if (typeof port === 'string') {
    process.stderr.write(`demo: ${port}\n`)
    return 2
  }
  const stage = await startDemoStage()
  const scratch = await mkdtemp(join(tmpdir(), 's3proxy-demo-'))
  const files = { 's3proxy.json': configurationOf(stage), 'ada.json': editor }
  for (const [name, content] of Object.entries(files))
    await writeFile(join(scratch, name), JSON.stringify(content, undefined, 2), { mode: 0o600 })
  const proxy = startServe(stage, port, scratch)
  const ended = once(proxy, 'close').then(([status, signal]) => status ?? signal)
  try {
    const origin = `http://127.0.0.1:${port}`
    const first = await Promise.race([waitUntilLive(origin, proxy), ended, asked])
    if (first === 'live') {
      process.stdout.write(instructions(origin, stage, scratch))
      await Promise.race([ended, asked])
    }
    proxy.kill('SIGTERM')
    const status = await ended
    // A signal ends the proxy at once where it comes before the proxy handles signals, or while it exits.
    if (stop.signal.aborted && [0, 'SIGINT', 'SIGTERM'].includes(status)) return 0
    process.stderr.write(`demo: s3proxy serve ended with ${status}\n`)
    return 1
  } finally {
    await stage.close()
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Chooses the port. @returns the port, or a message */
async function choosePort(args: string[]): Promise<number | string> {
  let text: string | undefined
  try {
    text = parseArgs({ args, options: { port: { type: 'string' } } }).values.port
  } catch (error) {
    return `${(error as Error).message}\nusage: npm run demo -- [--port PORT]`
  }
  if (text === undefined) return findFreePortFrom(8080)
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    return `--port: expected a number from 1 to 65535, not ${text}`
  if (await isPortFree(port)) return port
  return `port ${port} is taken: choose another with --port, or leave it out to get a free one`
}

function startServe(stage: Stage<OidcSso>, port: number, cwd: string): ChildProcess {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  for (const host of hosts) stage.sso.allowRedirect(`http://${host}/__redirect_from_sso`)
  const env: NodeJS.ProcessEnv = {
    ...bareEnv,
    PORT: String(port),
    S3PROXY_SERVER_HOST: '127.0.0.1',
    S3PROXY_SERVER_ALLOWED_HOSTS: hosts.join(','),
  }
  for (const name of ['TERM', 'NO_COLOR', 'FORCE_COLOR']) {
    if (process.env[name] !== undefined) env[name] = process.env[name]
  }
  return spawn(process.execPath, [program, 'serve', '--config', 's3proxy.json'], {
    cwd,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

/** Polls the port for 10 seconds at most, because the log goes to the terminal and cannot be read here. */
async function waitUntilLive(origin: string, proxy: ChildProcess): Promise<'live' | 'silent'> {
  for (let attempt = 0; attempt < 200 && proxy.exitCode === null; attempt++) {
    const answer = await fetch(`${origin}/__s3proxy/livez`).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok === true) return 'live'
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return 'silent'
}

function instructions(origin: string, stage: Stage<OidcSso>, scratch: string): string {
  return `
  Open       ${origin}/index.html
  Sign in    with any name and any password; ${editor.id} is an editor, and sees drafts
  Rules      ${scratch}/s3proxy.json

  Try this in another terminal, in this folder.

  As a tool that has no browser:
${format(curlLines(origin, scratch))}
  As somebody who may not see everything, and as somebody who may:
${format(accessLines(origin, scratch))}
  As an engineer with keys for the bucket, without SSO and Redis:
${format(fetchLines(s3EnvironmentOf(stage.s3), scratch))}
  Stop       Ctrl-C

`
}

function format(lines: LineToTry[]): string {
  return lines
    .map(({ about, line }) => `${about === undefined ? '' : `\n    # ${about}\n`}    ${line}\n`)
    .join('')
}
