import { readFileSync } from 'node:fs'
import { parse as parseDotenv } from 'dotenv'
import { messageOf } from '../errors.ts'
import { productOptions } from './options/product-options.ts'
import { type Resolved, resolveConfig } from './resolve.ts'
import type { Section } from './schema/config-schema.ts'
import type { Problem } from './sources/problem.ts'
import type { Sources } from './sources/sources.ts'

export interface LoadOptions {
  /** Value of `--config`; without it, `S3PROXY_CONFIG` names the file. */
  configPath?: string | undefined
  flags?: ReadonlyMap<string, string>
  /** Value of `--port`. */
  port?: string | undefined
  /** Sections that the caller uses; all of them where it does not say. */
  wanted?: readonly Section[]
}

/**
 * Reads and validates the configuration from flags, environment, `.env` in the working directory and file.
 *
 * `.env` gives values to options and never reaches the environment of the process: the folder may be somebody
 * else's, and a variable of the AWS SDK can name a command that the SDK runs.
 */
export function loadConfig({ configPath, flags = new Map(), port, wanted }: LoadOptions = {}): Resolved {
  const unreadable: Problem[] = []
  const { env } = process
  const dotenv = readDotenv(unreadable)
  const path = configPath ?? (env.S3PROXY_CONFIG || dotenv.S3PROXY_CONFIG || undefined)
  const file = path === undefined ? undefined : readConfigFile(path, unreadable)
  const sources: Sources = { flags, port, env, dotenv, file, readSecretFile, readFile }
  return resolveConfig(sources, wanted ?? productOptions.sections, unreadable)
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
    return report(`${path} is not JSON: ${positionOf(error)}`)
  }
}

/** Takes only the position from a message of JSON.parse, which quotes text that may be a secret. */
function positionOf(error: unknown): string {
  return (
    /at position \d+(?: \(line \d+ column \d+\))?/.exec(messageOf(error))?.[0] ??
    'it ends too early, or starts wrong'
  )
}

function readDotenv(problems: Problem[]): Record<string, string> {
  try {
    return parseDotenv(readFileSync('.env'))
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT')
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

/** Says why a file cannot be read, without its path, which may be a secret that was put into the wrong variable. */
function reasonOf(error: unknown): string {
  const code = systemCodeOf(error)
  return (code !== undefined && reasons[code]) || (code ?? 'unknown reason')
}

function systemCodeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file (ENOENT)',
  EACCES: 'no permission (EACCES)',
  EISDIR: 'it is a folder (EISDIR)',
  ENOTDIR: 'part of its path is not a folder (ENOTDIR)',
  ENAMETOOLONG: 'its name is too long (ENAMETOOLONG)',
}
