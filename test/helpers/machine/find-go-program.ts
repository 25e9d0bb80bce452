import { execFileSync } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { findExecutable } from './find-executable.ts'

/** The path of a program that is built with Go: its variable (`MINIO`), the search path, the folder of Go's programs. */
export function findGoProgram(name: string): string | undefined {
  const named = process.env[name.toUpperCase()]
  if (named !== undefined && named !== '') return named
  return findExecutable(name, [join(goPath(), 'bin')])
}

function goPath(): string {
  try {
    return execFileSync('go', ['env', 'GOPATH'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return join(homedir(), 'go')
  }
}
