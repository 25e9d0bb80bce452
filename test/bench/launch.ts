import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findExecutable } from '../helpers/machine/find-executable.ts'
import { canConnect } from '../helpers/network/can-connect.ts'
import { bareEnv } from '../helpers/proxy/proxy-process.ts'

const children = new Set<ChildProcess>()

export async function stopPeers(): Promise<void> {
  for (const child of children) {
    if (child.pid === undefined) continue
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  children.clear()
}

/** Starts a program whose log goes to a file, as nginx's does, and waits until it listens. */
export async function launch(
  file: string,
  args: string[],
  port: number,
  folder: string,
  env: Record<string, string>,
): Promise<number> {
  const log = join(folder, `${port}.log`)
  const output = openSync(log, 'a')
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...bareEnv, ...env },
    stdio: ['ignore', output, output],
  })
  children.add(child)
  let spawnError: Error | undefined
  child.once('error', (error) => {
    spawnError = error
  })
  for (let attempt = 0; attempt < 200; attempt++) {
    if (spawnError !== undefined) throw spawnError
    if (child.exitCode !== null)
      throw new Error(`${file} ended with status ${child.exitCode}:\n${readFileSync(log, 'utf8')}`)
    if (child.pid !== undefined && (await canConnect(port))) return child.pid
    await sleep(50)
  }
  throw new Error(`${file} did not listen within 10 s:\n${readFileSync(log, 'utf8')}`)
}

/** The reason why a peer is not measured; it follows the peer's name in a sentence. */
export const notInstalled = 'is not installed'

/** Finds a program in the search path, in the folder of Go's programs, or in the cache. @returns its path */
export function findProgram(name: string): string | undefined {
  const ours = [join('go', 'bin'), join('.cache', 's3proxy-tools')].map((folder) => join(homedir(), folder))
  return findExecutable(name, ['/usr/sbin', ...ours])
}
