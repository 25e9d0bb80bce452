import { messageOf } from '../../errors.ts'
import { isJsonObject } from '../../http/json-object.ts'
import type { Option } from '../options/option.ts'
import type { NamedSections, Options } from '../options/options.ts'
import { expectedName, isSectionName } from '../schema/named-sections.ts'
import type { Problem } from './problem.ts'
import type { ConfigFile, Found, Sources } from './sources.ts'
import { unknownKey } from './unknown-keys.ts'

/** The values that the configuration file gives. */
export interface FileValues {
  /** Values by the path of the option. */
  values: Map<string, Found>
  /** The options of each section that it gives a name to. */
  namedOptions: Option[]
}

/** Takes the values of the configuration file, and reports every key of it that is no option. */
export function readFileValues(sources: Sources, options: Options, problems: Problem[]): FileValues {
  const read: FileValues = { values: new Map(), namedOptions: [] }
  const { file, readSecretFile } = sources
  if (file === undefined) return read
  const reader: Reader = { file, readSecretFile, options, read, problems }
  if (isJsonObject(file.content))
    for (const [section, content] of Object.entries(file.content)) readSection(section, content, reader)
  else
    problems.push({
      path: '',
      env: '',
      message: `${file.path}: expected a JSON object with the sections ${options.sections.join(', ')}`,
    })
  return read
}

interface Reader extends Pick<Sources, 'readSecretFile'> {
  file: ConfigFile
  options: Options
  read: FileValues
  problems: Problem[]
}

function readSection(section: string, content: unknown, reader: Reader): void {
  if (section === '$schema') return
  const { file, options, problems } = reader
  const named = options.named.find((candidate) => candidate.section === section)
  if (!options.sections.includes(section)) problems.push(unknownKey(section, file, options))
  else if (!isJsonObject(content)) problems.push(notObject(section, file))
  else if (named === undefined)
    readValues(
      section,
      content,
      options.single.filter((option) => option.section === section),
      reader,
    )
  else for (const [name, inner] of Object.entries(content)) readNamedSection(named, name, inner, reader)
}

function readNamedSection(
  { section, optionsOf }: NamedSections,
  name: string,
  content: unknown,
  reader: Reader,
) {
  const { file, read, problems } = reader
  const path = `${section}.${name}`
  if (!isSectionName(name)) problems.push({ path, env: '', message: `${file.path}: ${expectedName}` })
  else if (!isJsonObject(content)) problems.push(notObject(path, file))
  else {
    const options = optionsOf(name)
    read.namedOptions.push(...options)
    readValues(path, content, options, reader)
  }
}

function readValues(
  path: string,
  content: Readonly<Record<string, unknown>>,
  options: readonly Option[],
  reader: Reader,
): void {
  const { file, read, problems } = reader
  const byName = new Map(options.map((option) => [option.name, option]))
  for (const [key, value] of Object.entries(content)) {
    const option = byName.get(key)
    const secret = /File$/.test(key) ? byName.get(key.slice(0, -'File'.length)) : undefined
    if (option !== undefined) read.values.set(option.path, { value, source: file.path })
    else if (secret?.isSecret === true && secret.envNames.length === 0)
      readSecret(secret, value, Object.hasOwn(content, secret.name), reader)
    else problems.push(unknownKey(`${path}.${key}`, file, reader.options))
  }
}

/** Reads the file that a secret without environment names comes from. */
function readSecret(option: Option, value: unknown, isGiven: boolean, reader: Reader): void {
  const { file, readSecretFile, read, problems } = reader
  const path = `${option.path}File`
  const report = (message: string) => problems.push({ path, env: '', message })
  if (isGiven) report(`excludes ${option.path}: keep one of them`)
  else if (typeof value !== 'string' || value === '')
    report(`expected the path of a file that holds the secret (from ${file.path})`)
  else
    try {
      read.values.set(option.path, {
        value: readSecretFile(value),
        source: `${option.name}File in ${file.path}`,
      })
    } catch (error) {
      report(messageOf(error))
    }
}

function notObject(path: string, file: ConfigFile): Problem {
  return { path, env: '', message: `${file.path}: expected an object` }
}
