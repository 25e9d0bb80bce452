import { messageOf } from '../../errors.ts'
import type { Option } from '../options/option.ts'
import type { Options } from '../options/options.ts'
import { readFileValues } from './file-values.ts'
import { isLinkedPort } from './kubernetes-variables.ts'
import { fromText } from './option-from-text.ts'
import { pairSessionToken } from './pair-session-token.ts'
import type { Problem } from './problem.ts'
import type { Environment, Found, Sources } from './sources.ts'
import { unknownFlag } from './unknown-keys.ts'
import { redisUrlFromVcap } from './vcap-variables.ts'

/** The values of options that were found, and what is wrong with the way they were given. */
export interface StrongestValues {
  /** Every option that can have a value, with those of each section that the file names. */
  options: readonly Option[]
  /** Values by the path of the option. */
  found: Map<string, Found>
  problems: Problem[]
  /** Warnings about access keys whose parts may not belong together. */
  warnings: string[]
}

/** Finds the strongest value of each option. */
export function findStrongestValues(sources: Sources, schemaOptions: Options): StrongestValues {
  const problems: Problem[] = []
  for (const path of sources.flags.keys()) {
    const problem = unknownFlag(path, schemaOptions)
    if (problem !== undefined) problems.push(problem)
  }
  const inFile = readFileValues(sources, schemaOptions, problems)
  const strongest = (option: Option, among: Sources): Found | undefined =>
    fromFlags(option, among) ??
    fromEnv(option, among.env, '', among, problems) ??
    fromEnv(option, among.dotenv, ' in .env', among, problems) ??
    (among.file === undefined ? undefined : inFile.values.get(option.path))
  const options = [...schemaOptions.single, ...inFile.namedOptions]
  const found = new Map<string, Found>()
  for (const option of options) {
    const value = strongest(option, sources)
    if (value !== undefined) found.set(option.path, value)
  }
  const warnings = pairSessionToken(found, sources, (path, among) => {
    const option = options.find((candidate) => candidate.path === path)
    return option && strongest(option, among)
  })
  return { options, found, problems, warnings }
}

function fromFlags(option: Option, { flags, port }: Sources): Found | undefined {
  if (option.path === 'server.port' && port !== undefined)
    return { value: fromText(option, port), source: '--port' }
  const text = flags.get(option.path)
  return text === undefined ? undefined : { value: fromText(option, text), source: '--set' }
}

function fromEnv(
  option: Option,
  env: Environment,
  suffix: string,
  { readSecretFile }: Sources,
  problems: Problem[],
): Found | undefined {
  for (const name of option.envNames) {
    for (const variable of option.isSecret ? [name, `${name}_FILE`] : [name]) {
      const given = env[variable]
      if (given === undefined || given === '' || isLinkedPort(variable, given)) continue
      try {
        const text = variable === name ? given : readSecretFile(given)
        const own = name === 'VCAP_SERVICES' ? redisUrlFromVcap(text) : text
        if (own !== undefined)
          return { value: fromText(option, own), source: variable + suffix, env: variable }
      } catch (error) {
        problems.push({ path: option.path, env: variable, message: messageOf(error) })
        return undefined
      }
    }
  }
  return undefined
}
