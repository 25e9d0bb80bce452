import { readFileSync } from 'node:fs'
import { parse as parseDotenv } from 'dotenv'
import { messageOf } from '../errors.ts'
import { type Section, sections } from './options.ts'
import { type Resolved, resolveConfig } from './resolve.ts'
import type { Sources } from './sources.ts'

export interface LoadOptions {
  /** `--config`; else `S3PROXY_CONFIG`. */
  configPath?: string | undefined
  flags?: ReadonlyMap<string, string>
  wanted?: readonly Section[]
}

/**
 * Reads and validates the configuration from flags, environment, `.env` in the working directory and file.
 *
 * What `.env` adds is put into the process's environment too, for the AWS default chain.
 */
export function loadConfig({ configPath, flags = new Map(), wanted = sections }: LoadOptions = {}): Resolved {
  const env = { ...process.env }
  const dotenv = readDotenv()
  for (const [name, value] of Object.entries(dotenv)) process.env[name] ??= value
  const path = configPath ?? (env.S3PROXY_CONFIG || dotenv.S3PROXY_CONFIG)
  const sources: Sources = { flags, env, dotenv, file: undefined, readSecretFile }
  if (!path) return resolveConfig(sources, wanted)
  try {
    sources.file = { path, content: JSON.parse(readFileSync(path, 'utf8')) }
  } catch (error) {
    const message =
      error instanceof SyntaxError
        ? `${path} is not JSON: ${positionOf(error)}`
        : `cannot read ${path}: ${messageOf(error)}`
    const problem = { path: '--config', env: 'S3PROXY_CONFIG', message }
    return { config: undefined, problems: [problem], warnings: [], sources: {}, values: {} }
  }
  return resolveConfig(sources, wanted)
}

/** JSON.parse quotes the text around the fault, which may be a secret: only the position is repeated. */
function positionOf(error: SyntaxError): string {
  return (
    /at position \d+(?: \(line \d+ column \d+\))?/.exec(error.message)?.[0] ??
    'it ends too early, or starts wrong'
  )
}

function readDotenv(): Record<string, string> {
  try {
    return parseDotenv(readFileSync('.env'))
  } catch {
    return {}
  }
}

function readSecretFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd()
  } catch (error) {
    throw new Error(`cannot read the file of the secret: ${messageOf(error)}`)
  }
}
