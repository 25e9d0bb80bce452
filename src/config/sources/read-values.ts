import { messageOf } from '../../errors.ts'
import { isJsonObject } from '../../http/json-object.ts'
import { defaultOf, isRequired, type Option } from '../options/option.ts'
import { getValue, setValue } from '../options/option-values.ts'
import type { Options } from '../options/options.ts'
import type { FileOfOption } from '../schema/option-types.ts'
import type { Problem } from './problem.ts'
import { problemsWithin } from './problems-within.ts'
import { expectationOf, requirementOf } from './schema-messages.ts'
import type { Found, Sources } from './sources.ts'
import { findStrongestValues } from './strongest-values.ts'

/** The options that are valid by themselves, and everything that is wrong with the others. */
export interface ReadValues {
  values: Record<string, unknown>
  /** Option path to where its value came from, as in `Resolved`. */
  sources: Record<string, string>
  problems: Problem[]
  /** Warnings about access keys whose parts may not belong together. */
  warnings: string[]
  /** @returns the variable that an option was set by, or else the one that it is usually set by */
  variableOf(path: string): string
}

/**
 * Reads the options of `wanted` sections, and validates each by the schema.
 *
 * @param wanted sections without which the caller cannot work; the others are not looked at
 * @param unreadable sources that could not be read: what they may have held is then not missed
 */
export function readValues(
  given: Sources,
  wanted: readonly string[],
  unreadable: readonly Problem[],
  schemaOptions: Options,
): ReadValues {
  const strongest = findStrongestValues(given, schemaOptions)
  const { found, warnings } = strongest
  const options = strongest.options.filter(({ section }) => wanted.includes(section))
  const problems = [
    ...unreadable,
    ...strongest.problems.filter(
      ({ path }) => isAbout(path, wanted) || !isAbout(path, schemaOptions.sections),
    ),
  ]
  const values: Record<string, unknown> = Object.fromEntries(wanted.map((section) => [section, {}]))
  const read: ReadValues = {
    ...{ values, sources: {}, problems, warnings },
    variableOf(path) {
      const option = options.find((candidate) => candidate.path === path)
      return found.get(path)?.env ?? (option === undefined ? '' : usualName(option))
    },
  }
  for (const option of options) readOption(option, found.get(option.path), unreadable.length > 0, read)
  readFiles(options, given, read)
  inherit(options, found, read)
  return read
}

function isAbout(path: string, sections: readonly string[]): boolean {
  return sections.some((section) => path === section || path.startsWith(`${section}.`))
}

function readOption(option: Option, given: Found | undefined, isUnreadable: boolean, read: ReadValues): void {
  const { values, sources, problems } = read
  if (problems.some(({ path }) => path === option.path || path === `${option.path}File`)) return
  if (given === undefined && ((isUnreadable && isRequired(option)) || option.inherits !== undefined)) return
  const parsed = option.schema.safeParse(given?.value)
  if (parsed.success) {
    setValue(values, option, parsed.data)
    if (parsed.data !== undefined) sources[option.path] = given?.source ?? 'default'
  } else if (option.kind === 'list of objects' && given !== undefined)
    problems.push(...problemsWithin(option.schema, given.value, option.path, given.source))
  else {
    const message =
      given === undefined && isRequired(option)
        ? requirementOf(option)
        : `${expectationOf(parsed.error)} (from ${given?.source ?? 'default'})`
    problems.push({ path: option.path, env: given?.env ?? usualName(option), message })
  }
}

/** Reads the files that options name, and puts their text beside their paths. */
function readFiles(options: readonly Option[], { readFile }: Sources, read: ReadValues): void {
  const { values, problems, variableOf } = read
  for (const option of options) {
    const file = option.isFile === true ? getValue(values, option) : undefined
    if (!isJsonObject(file) || typeof file.path !== 'string') continue
    try {
      const read: FileOfOption = { path: file.path, content: readFile?.(file.path) ?? '' }
      setValue(values, option, read)
    } catch (error) {
      const { path } = option
      problems.push({ path, env: variableOf(path), message: messageOf(error) })
    }
  }
}

/** Gives options of named sections the values of the options that stand in for them. */
function inherit(options: readonly Option[], found: ReadonlyMap<string, Found>, read: ReadValues): void {
  for (const option of options) {
    if (option.inherits === undefined || found.has(option.path)) continue
    if (option.notInheritedWith?.some((path) => found.has(path))) {
      const value = defaultOf(option)
      setValue(read.values, option, value)
      if (value !== undefined) read.sources[option.path] = 'default'
      continue
    }
    const value = getValue(read.values, { keys: option.inherits.split('.') })
    setValue(read.values, option, value)
    if (value !== undefined) read.sources[option.path] = option.inherits
  }
}

/** The name that most operators use: that of the original or of the platform, or else the systematic one. */
function usualName({ envNames }: Option): string {
  return envNames[1] ?? envNames[0] ?? ''
}
