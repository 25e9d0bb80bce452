import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema/config-schema.ts'
import { formatSummary, maskedConfig } from '../config/summary.ts'
import type { Code } from '../errors.ts'
import type { Person } from '../person/person.ts'
import type { ProbeResult } from '../probe/probe.ts'
import { exitStatus } from './command/exit-status.ts'
import type { CheckConfigFlags } from './command/flags.ts'
import { formatProblems, formatWarnings } from './command/format-problems.ts'
import { tokenVariable } from './command/token-variable.ts'
import { UsageError } from './command/usage-error.ts'
import { readVersion } from './command/version.ts'
import { type ExplainFlags, explainAccess } from './explain-access.ts'
import { readPerson } from './read-person.ts'

/** Shows the configuration in force, or every problem in it; with `probe`, tries S3, Redis and the SSO. */
export async function checkConfig({
  config: configPath,
  set,
  json,
  probe,
  explain,
  as,
}: CheckConfigFlags): Promise<number> {
  const resolved = loadConfig({ configPath, flags: set })
  const { config, problems, warnings, sources } = resolved
  if (as !== undefined && explain === undefined && probe !== true)
    return refuse('--as goes with --explain or --probe')
  if (config !== undefined && explain !== undefined) return explainTo(config, { explain, as, json })
  let probes: ProbeResult[] | undefined
  if (probe === true && config !== undefined) {
    const person = personOf(as, config)
    if (typeof person === 'string') return refuse(person)
    const token = process.env[tokenVariable] || undefined
    probes = await runProbes(config, sources, readVersion().version, { token, person })
  }
  const failed = probes?.filter(({ ok }) => !ok).map(({ name }) => name) ?? []
  const status =
    config === undefined ? exitStatus.usage : failed.length > 0 ? exitStatus.probeFailed : exitStatus.ok
  if (json === true) {
    const report = {
      ok: status === exitStatus.ok,
      ...(config === undefined ? { code: 'CONFIG_INVALID' satisfies Code } : {}),
      problems,
      warnings,
      config: maskedConfig(resolved),
      sources,
      ...(probes === undefined ? {} : { probes }),
    }
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
    return status
  }
  if (config === undefined) {
    process.stderr.write(formatProblems(resolved))
    return status
  }
  process.stdout.write(formatSummary(resolved))
  process.stderr.write(formatWarnings(warnings))
  if (probes !== undefined) process.stdout.write(`\n${formatProbes(probes)}`)
  if (failed.length > 0) process.stderr.write(`s3proxy: failed: ${failed.join(', ')}\n`)
  return status
}

/** Explains a decision on stdout, and nothing else of the configuration. */
function explainTo(config: Config, flags: ExplainFlags): number {
  try {
    const { status, text } = explainAccess(config, flags)
    process.stdout.write(text)
    return status
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return refuse(error.message)
  }
}

/** Reads the person of `--as`. @returns `undefined` where there is none, and a text where the file is wrong */
function personOf(as: string | undefined, { sso }: Config): Person | string | undefined {
  try {
    return as === undefined ? undefined : readPerson(as, sso)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return error.message
  }
}

function refuse(message: string): number {
  process.stderr.write(`s3proxy: ${message}\n`)
  return exitStatus.usage
}

async function runProbes(...given: Parameters<typeof import('../wiring/create-probes.ts').probe>) {
  const { probe } = await import('../wiring/create-probes.ts')
  return probe(...given)
}

/** Writes a line for each step, and the advice below it where there is some. */
function formatProbes(probes: readonly ProbeResult[]): string {
  const width = Math.max(...probes.map(({ name }) => name.length))
  return probes
    .map(({ name, ok, code, ms, message, advice }) => {
      const line = `${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(width)}  ${`${ms} ms`.padStart(8)}  ${message}${ok ? '' : ` [${code}]`}\n`
      return advice === '' ? line : `${line}${' '.repeat(width + 20)}-> ${advice}\n`
    })
    .join('')
}
