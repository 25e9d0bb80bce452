import { readFileSync } from 'node:fs'
import { parse as parseDotenv } from 'dotenv'
import { type Section, sections } from './options.ts'
import { type Resolved, resolveConfig } from './resolve.ts'
import type { Problem, Sources } from './sources.ts'

export interface LoadOptions {
  /** `--config`; else `S3PROXY_CONFIG`. */
  configPath?: string | undefined
  flags?: ReadonlyMap<string, string>
  /** `--port` */
  port?: string | undefined
  wanted?: readonly Section[]
}

/** A configuration that was read, and what `.env` would add to the process's environment. */
export interface Loaded extends Resolved {
  dotenv: Readonly<Record<string, string>>
}

/** Reads and validates the configuration, and uses what `.env` adds: see `useDotenv`. */
export function loadConfig(options: LoadOptions = {}): Resolved {
  const loaded = readConfig(options)
  useDotenv(loaded.dotenv)
  return loaded
}

/** Reads and validates the configuration from flags, environment, `.env` in the working directory and file. */
export function readConfig({
  configPath,
  flags = new Map(),
  port,
  wanted = sections,
}: LoadOptions = {}): Loaded {
  const unreadable: Problem[] = []
  const env = ownEnvironment()
  const dotenv = readDotenv(unreadable)
  const path = configPath ?? (env.S3PROXY_CONFIG || dotenv.S3PROXY_CONFIG || undefined)
  const file = path === undefined ? undefined : readConfigFile(path, unreadable)
  const sources: Sources = { flags, port, env, dotenv, file, readSecretFile, readFile }
  return { ...resolveConfig(sources, wanted, unreadable), dotenv }
}

/** What the process's environment has only from `.env`. */
let added: Readonly<Record<string, string>> = {}

/**
 * Puts what `.env` adds into the process's environment, for the AWS default chain; what it added before goes.
 *
 * @returns what it adds now
 */
export function useDotenv(dotenv: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const own = ownEnvironment()
  for (const name of Object.keys(added)) if (own[name] === undefined) delete process.env[name]
  added = Object.fromEntries(Object.entries(dotenv).filter(([name]) => !own[name]))
  Object.assign(process.env, added)
  return added
}

/** Tells a process what of its environment its parent has from `.env`. @param names as `useDotenv` returned them */
export function inheritDotenv(names: Readonly<Record<string, string>>): void {
  added = names
}

/** The environment that the process was started with, whatever `.env` has added since. */
function ownEnvironment(): Record<string, string | undefined> {
  const entries = Object.entries(process.env)
  return Object.fromEntries(entries.filter(([name, value]) => added[name] !== value))
}

function readConfigFile(path: string, problems: Problem[]): Sources['file'] {
  const report = (message: string) => {
    problems.push({ path: '--config', env: 'S3PROXY_CONFIG', message })
    return undefined
  }
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return report(`cannot read ${path}: ${reasonOf(error)}`)
  }
  try {
    // Some editors put a byte order mark before the text.
    return { path, content: JSON.parse(text.replace(/^\ufeff/, '')) }
  } catch (error) {
    return report(`${path} is not JSON: ${positionOf(error as SyntaxError)}`)
  }
}

/** JSON.parse quotes the text around the fault, which may be a secret: only the position is repeated. */
function positionOf(error: SyntaxError): string {
  return (
    /at position \d+(?: \(line \d+ column \d+\))?/.exec(error.message)?.[0] ??
    'it ends too early, or starts wrong'
  )
}

function readDotenv(problems: Problem[]): Record<string, string> {
  try {
    return parseDotenv(readFileSync('.env'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      problems.push({ path: '', env: '.env', message: `cannot read .env: ${reasonOf(error)}` })
    return {}
  }
}

function readSecretFile(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(
      `expected the path of a file that holds the secret, and cannot read it: ${reasonOf(error)}`,
    )
  }
  const secret = text.replace(/\r?\n$/, '')
  if (secret === '') throw new Error('the file of the secret is empty')
  return secret
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`cannot read ${path}: ${reasonOf(error)}`)
  }
}

/** The reason without the path, which the caller names where it may be shown. */
function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  return (code !== undefined && reasons[code]) || (code ?? 'unknown reason')
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file (ENOENT)',
  EACCES: 'no permission (EACCES)',
  EISDIR: 'it is a folder (EISDIR)',
  ENOTDIR: 'part of its path is not a folder (ENOTDIR)',
  ENAMETOOLONG: 'its name is too long (ENAMETOOLONG)',
}
