import type { Resolved } from '../../config/resolve.ts'

/** Writes each problem on a line of its own: option, environment name, what was expected. The warnings follow. */
export function formatProblems({ problems, warnings }: Pick<Resolved, 'problems' | 'warnings'>): string {
  const lines = problems.map(({ path, env, message }) => {
    const name = env === '' || env === path ? path : path === '' ? env : `${path} (${env})`
    return `  ${name === '' ? '' : `${name}: `}${message}\n`
  })
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return `s3proxy: ${count} in the configuration [CONFIG_INVALID]:\n${lines.join('')}${formatWarnings(warnings)}`
}

export function formatWarnings(warnings: readonly string[]): string {
  return warnings.map((warning) => `warning: ${warning}\n`).join('')
}
