import { loadConfig } from '../config/load.ts'
import { formatSummary, maskedConfig } from '../config/summary.ts'
import { exitStatus } from './exit-status.ts'
import type { CheckConfigFlags } from './flags.ts'
import { formatProblems } from './problems.ts'

/** Shows the configuration in force, or every problem in it. */
export function checkConfig({ config: configPath, set, json }: CheckConfigFlags): number {
  const resolved = loadConfig({ configPath, flags: set })
  const { problems, warnings, sources } = resolved
  const isOk = problems.length === 0
  if (json === true) {
    const report = { ok: isOk, problems, warnings, config: maskedConfig(resolved), sources }
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  } else if (isOk) {
    process.stdout.write(formatSummary(resolved))
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`)
  } else process.stderr.write(formatProblems(problems))
  return isOk ? exitStatus.ok : exitStatus.usage
}
