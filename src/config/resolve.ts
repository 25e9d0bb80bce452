import { checkTogether } from './consistency.ts'
import { getValue, isRequired, type Option, options, type Section, setValue, type Values } from './options.ts'
import type { NamedFile } from './schema/option-types.ts'
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
  /** As far as it is valid. */
  values: Values
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
  const values: Values = Object.fromEntries(wanted.map((section) => [section, {}]))
  const sources: Record<string, string> = {}
  for (const option of options.filter((candidate) => wanted.includes(candidate.section))) {
    const given = found.get(option.path)
    if (problems.some((problem) => problem.path === option.path)) continue
    if (unreadable.length > 0 && given === undefined && isRequired(option)) continue
    const parsed = option.schema.safeParse(given?.value)
    if (parsed.success) {
      setValue(values, option, parsed.data)
      if (parsed.data !== undefined) sources[option.path] = given?.source ?? 'default'
    } else problems.push(toProblem(option, given, parsed.error.issues[0]?.message ?? 'invalid'))
  }
  readFiles(values, given, found, problems)
  const together = checkTogether(values, sources, given, wanted)
  const isRefused = (path: string) => problems.some((problem) => problem.path === path)
  const conflicts = together.conflicts
    .filter(({ path, looksAt = [] }) => ![path, ...looksAt].some(isRefused))
    .map(({ path, message, env = variableOf(path, found) }) => ({ path, env, message }))
  if (unreadable.length === 0) problems.push(...conflicts)
  // Beside a problem, all that helps is the name that was misspelt.
  if (problems.length > 0)
    return { config: undefined, problems, warnings: together.unknownNames, sources, values }
  const aboutNames = wanted.includes('server') ? together.unknownNames : []
  const aboutKeys = wanted.includes('s3') ? keyWarnings : []
  const warnings = [...together.warnings, ...aboutKeys, ...aboutNames]
  // Without a problem, all that is wanted is there.
  return { config: values as Config, problems, warnings, sources, values }
}

/** Puts what the files hold that options name beside their paths. */
function readFiles(
  values: Values,
  { readFile }: Sources,
  found: Collected['found'],
  problems: Problem[],
): void {
  for (const option of options.filter(({ isFile }) => isFile === true)) {
    const file = getValue(values, option) as NamedFile | undefined
    if (file === undefined) continue
    try {
      setValue(values, option, { ...file, content: readFile?.(file.path) ?? '' })
    } catch (error) {
      problems.push({
        path: option.path,
        env: variableOf(option.path, found),
        message: (error as Error).message,
      })
    }
  }
}

function isKnownSection(path: string): boolean {
  return options.some((option) => option.section === path.split('.')[0])
}

function toProblem(option: Option, given: Found | undefined, expected: string): Problem {
  const message =
    given === undefined && isRequired(option)
      ? `is required: ${option.description}`
      : `${expected.replace(/^Invalid input: /, '')} (from ${given?.source ?? 'default'})`
  return { path: option.path, env: given?.env ?? usualName(option), message }
}

/** The variable that an option was set by, or else the one that it is usually set by. */
function variableOf(path: string, found: Collected['found']): string {
  const option = options.find((candidate) => candidate.path === path)
  return found.get(path)?.env ?? (option === undefined ? '' : usualName(option))
}

/** That of the original, where there is one. */
function usualName({ envNames }: Option): string {
  return envNames[1] ?? envNames[0] ?? ''
}
