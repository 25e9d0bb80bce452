import { closest } from './closest.ts'
import { pairSessionToken } from './key-place.ts'
import { isLinkedPort } from './kubernetes.ts'
import { type Option, options, type Section, sections } from './options.ts'
import { redisUrlFromVcap } from './vcap.ts'

/** Where the value of an option came from, as `check-config` shows it. */
export interface Found {
  value: unknown
  /** `--set`, an environment name, `AWS_S3_REGION in .env`, the path of the file. */
  source: string
  /** The variable, where it was one. */
  env?: string
}

/** Something wrong in what was given; never with the value of a secret. */
export interface Problem {
  /** Path of the option, or of the unknown key. */
  path: string
  /** Environment name that sets the option; empty where there is none. */
  env: string
  message: string
}

/** Everything that options may come from, strongest first; all of it already read. */
export interface Sources {
  /** `--set PATH=VALUE`, by path of the option. */
  flags: ReadonlyMap<string, string>
  /** `--port`, which goes before `--set`. */
  port?: string | undefined
  env: Readonly<Record<string, string | undefined>>
  /** Values in `.env`. */
  dotenv: Readonly<Record<string, string>>
  file: { path: string; content: unknown } | undefined
  /** @throws Error that does not repeat `path`, which may be the secret itself, put into the wrong variable */
  readSecretFile(path: string): string
  /** @throws Error with why it cannot be read */
  readFile?(path: string): string
}

export interface Collected {
  found: Map<string, Found>
  problems: Problem[]
  /** About access keys. */
  warnings: string[]
}

/** Finds the strongest value of each option. */
export function collect(sources: Sources): Collected {
  const problems: Problem[] = []
  const found = new Map<string, Found>()
  for (const path of sources.flags.keys()) {
    if (!options.some((option) => option.path === path)) problems.push(unknownOption(path, 'no such option'))
  }
  const fileValues =
    sources.file === undefined ? new Map<string, unknown>() : readFile(sources.file, problems)
  const strongest = (option: Option, among: Sources): Found | undefined =>
    fromFlags(option, among) ??
    fromEnv(option, among.env, '', among, problems) ??
    fromEnv(option, among.dotenv, ' in .env', among, problems) ??
    (among.file !== undefined && fileValues.has(option.path)
      ? { value: fileValues.get(option.path), source: among.file.path }
      : undefined)
  for (const option of options) {
    const value = strongest(option, sources)
    if (value !== undefined) found.set(option.path, value)
  }
  const warnings = pairSessionToken(found, sources, (path, among) => {
    const option = options.find((candidate) => candidate.path === path)
    return option && strongest(option, among)
  })
  return { found, problems, warnings }
}

function fromFlags(option: Option, { flags, port }: Sources): Found | undefined {
  if (option.path === 'server.port' && port !== undefined)
    return { value: fromText(option, port), source: '--port' }
  const text = flags.get(option.path)
  return text === undefined ? undefined : { value: fromText(option, text), source: '--set' }
}

function fromEnv(
  option: Option,
  env: Readonly<Record<string, string | undefined>>,
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
        problems.push({ path: option.path, env: variable, message: (error as Error).message })
        return undefined
      }
    }
  }
  return undefined
}

/** An option's value from text; text that does not fit is left to the schema, which says what was expected. */
function fromText(option: Option, text: string): unknown {
  if (option.kind === 'count') return /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : text
  const isFlag = option.kind === 'flag or list' && flags[text.trim().toLowerCase()] !== undefined
  if (option.kind === 'flag' || isFlag) return flags[text.trim().toLowerCase()] ?? text
  if (option.kind === 'list' || option.kind === 'flag or list')
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  return option.complete?.(text) ?? text
}

const flags: Record<string, boolean> = {
  true: true,
  '1': true,
  yes: true,
  on: true,
  false: false,
  '0': false,
  no: false,
  off: false,
}

function readFile(file: { path: string; content: unknown }, problems: Problem[]): Map<string, unknown> {
  const values = new Map<string, unknown>()
  if (!isObject(file.content)) {
    problems.push({
      path: '',
      env: '',
      message: `${file.path}: expected a JSON object with the sections ${sections.join(', ')}`,
    })
    return values
  }
  for (const [section, content] of Object.entries(file.content)) {
    if (section === '$schema') continue
    if (!sections.includes(section as Section))
      problems.push(unknownOption(section, `unknown key in ${file.path}`))
    else if (!isObject(content))
      problems.push({ path: section, env: '', message: `${file.path}: expected an object` })
    else
      for (const [name, value] of Object.entries(content)) {
        const path = `${section}.${name}`
        if (options.some((option) => option.path === path)) values.set(path, value)
        else problems.push(unknownOption(path, `unknown key in ${file.path}`))
      }
  }
  return values
}

function unknownOption(path: string, message: string): Problem {
  const known = options.find((option) => option.path === path)
  if (known !== undefined) {
    const nested = `{"${known.section}": {"${known.name}": ...}}`
    return { path, env: '', message: `${message}: options are nested by their dots, as in ${nested}` }
  }
  const guess = closestOption(path)
  return { path, env: '', message: guess === undefined ? message : `${message}; did you mean ${guess}?` }
}

/** The option of that name in another section, or the one with the most similar path. */
function closestOption(path: string): string | undefined {
  const name = path.slice(path.indexOf('.') + 1).toLowerCase()
  const sameName = options.find((option) => option.name.toLowerCase() === name)
  return sameName?.path ?? closest(path, [...options.map((option) => option.path), ...sections])
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
