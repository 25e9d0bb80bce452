import type { Problem } from '../config/sources.ts'

/** Every problem on a line of its own: option, environment name, what was expected. */
export function formatProblems(problems: readonly Problem[]): string {
  const lines = problems.map(({ path, env, message }) => {
    const name = env === '' || env === path ? path : path === '' ? env : `${path} (${env})`
    return `  ${name === '' ? '' : `${name}: `}${message}\n`
  })
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return `s3proxy: ${count} in the configuration:\n${lines.join('')}`
}
