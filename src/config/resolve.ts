import { checkTogether } from './consistency/consistency.ts'
import type { Options } from './options/options.ts'
import { productOptions } from './options/product-options.ts'
import type { Config, Values } from './schema/config-schema.ts'
import type { Problem } from './sources/problem.ts'
import { readValues } from './sources/read-values.ts'
import type { Sources } from './sources/sources.ts'

/** The outcome of reading a configuration: all of it, or everything that is wrong with it. */
export interface Resolved {
  /** `undefined` when there are problems. */
  config: Config | undefined
  problems: Problem[]
  warnings: string[]
  /**
   * Option path to where its value came from; `default` where nothing was given, the path of another option where the
   * value is made of that one.
   */
  sources: Record<string, string>
  /** The values that are valid. */
  values: Values
}

/**
 * Validates every option of `wanted` sections by the schema, then all of them together.
 *
 * @param wanted sections without which the caller cannot work; the others are not looked at
 * @param unreadable sources that could not be read: what they may have held is then not missed
 * @param options those of s3proxy, or of a schema that has more
 */
export function resolveConfig(
  given: Sources,
  wanted: readonly string[],
  unreadable: readonly Problem[] = [],
  options: Options = productOptions,
): Resolved {
  const read = readValues(given, wanted, unreadable, options)
  const { problems, sources, variableOf } = read
  // Each value came out of the schema.
  const values = read.values as Values
  const together = checkTogether(values, { sources, given, wanted, options })
  const isRefused = (path: string) =>
    problems.some((problem) => problem.path === path || problem.path === `${path}File`)
  const conflicts = together.conflicts
    .filter(({ path, looksAt = [] }) => ![path, ...looksAt].some(isRefused))
    .map(({ path, message, env = variableOf(path) }) => ({ path, env, message }))
  if (unreadable.length === 0) problems.push(...conflicts)
  // A misspelt name may be the cause of a problem; other warnings would only hide it.
  if (problems.length > 0)
    return { config: undefined, problems, warnings: together.unknownNames, sources, values }
  const aboutNames = wanted.includes('server') ? together.unknownNames : []
  const aboutKeys = wanted.includes('s3') ? read.warnings : []
  const warnings = [...together.warnings, ...aboutKeys, ...aboutNames]
  // Without a problem, every option that is wanted has its value.
  return { config: values as Config, problems, warnings, sources, values }
}
