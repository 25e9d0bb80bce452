import { checkTogether } from './consistency.ts'
import { parseEndpoint } from './endpoint.ts'
import { isRequired, type Option, options, type Section } from './options.ts'
import type { Config } from './schema.ts'
import { type Collected, collect, type Found, type Problem, type Sources } from './sources.ts'

/** The outcome of reading a configuration: all of it, or everything that is wrong with it. */
export interface Resolved {
  /** `undefined` when there are problems. */
  config: Config | undefined
  problems: Problem[]
  warnings: string[]
  /** Option path to where its value came from; `default` where nothing was given. */
  sources: Record<string, string>
  /** As far as it is valid, by section and name. */
  values: Record<string, Record<string, unknown>>
}

/**
 * Validates every option of `wanted` sections by the schema, then all of them together.
 *
 * @param wanted sections without which the caller cannot work; the others are not looked at
 * @param unreadable sources that could not be read: what they may have held is then not missed
 */
export function resolveConfig(
  given: Sources,
  wanted: readonly Section[],
  unreadable: readonly Problem[] = [],
): Resolved {
  const { found, problems: allProblems, warnings: keyWarnings }: Collected = collect(given)
  const isWanted = (path: string) =>
    path === '' ||
    wanted.some((section) => path === section || path.startsWith(`${section}.`)) ||
    !isKnownSection(path)
  const problems = [...unreadable, ...allProblems.filter((problem) => isWanted(problem.path))]
  const values: Record<string, Record<string, unknown>> = {}
  const sources: Record<string, string> = {}
  for (const option of options.filter((candidate) => wanted.includes(candidate.section))) {
    const given = found.get(option.path)
    values[option.section] ??= {}
    if (problems.some((problem) => problem.path === option.path)) continue
    if (unreadable.length > 0 && given === undefined && isRequired(option)) continue
    const parsed = option.schema.safeParse(given?.value)
    if (parsed.success) {
      ;(values[option.section] as Record<string, unknown>)[option.name] = parsed.data
      if (parsed.data !== undefined) sources[option.path] = given?.source ?? 'default'
    } else problems.push(toProblem(option, given, parsed.error.issues[0]?.message ?? 'invalid'))
  }
  const files = readFiles(values, given, problems)
  const together = checkTogether(values, files, sources, given, wanted)
  const isNoted = ({ path }: Problem) => problems.some((problem) => problem.path === path)
  if (unreadable.length === 0) problems.push(...together.problems.filter((problem) => !isNoted(problem)))
  // Beside a problem, all that helps is the name that was misspelt.
  if (problems.length > 0)
    return { config: undefined, problems, warnings: together.strangers, sources, values }
  const strangers = wanted.includes('server') ? together.strangers : []
  const aboutKeys = wanted.includes('s3') ? keyWarnings : []
  const warnings = [...together.warnings, ...aboutKeys, ...strangers]
  const config = { ...values, files } as unknown as Config
  return { config, problems, warnings, sources, values }
}

/** What the files hold that options name, by the path of the option. */
function readFiles(
  values: Record<string, Record<string, unknown>>,
  { readFile }: Sources,
  problems: Problem[],
): Record<string, string> {
  const files: Record<string, string> = {}
  for (const { path, section, name, envNames, isFile } of options) {
    const file = values[section]?.[name]
    if (isFile !== true || typeof file !== 'string') continue
    try {
      files[path] = readFile?.(file) ?? ''
    } catch (error) {
      problems.push({ path, env: envNames[0] ?? '', message: (error as Error).message })
    }
  }
  return files
}

/** The bucket's endpoint, of a configuration that was resolved. */
export function endpointOf(config: Pick<Config, 's3'>) {
  const endpoint = parseEndpoint(config.s3.endpoint ?? '')
  if (endpoint === undefined) throw new Error('s3.endpoint was not resolved')
  return endpoint
}

function isKnownSection(path: string): boolean {
  return options.some((option) => option.section === path.split('.')[0])
}

function toProblem(option: Option, given: Found | undefined, expected: string): Problem {
  const env = option.envNames[1] ?? option.envNames[0] ?? ''
  const message =
    given === undefined && isRequired(option)
      ? `is required: ${option.description}`
      : `${expected.replace(/^Invalid input: /, '')} (from ${given?.source ?? 'default'})`
  return { path: option.path, env, message }
}
