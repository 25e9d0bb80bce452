import type { Option } from '../options/option.ts'
import type { Options } from '../options/options.ts'
import { closestName } from './closest-name.ts'
import type { Problem } from './problem.ts'
import type { ConfigFile } from './sources.ts'

/** Makes the problem of a key that no option has. @param path of the key, from the top of the file */
export function unknownKey(path: string, { path: file }: ConfigFile, options: Options): Problem {
  const message = `unknown key in ${file}`
  const known = optionAt(path, options)
  if (known === undefined) return problemOf(path, message, closestPath(path, options))
  const nested = known.keys.reduceRight((inner, key) => `{"${key}": ${inner}}`, '...')
  return { path, env: '', message: `${message}: options are nested by their dots, as in ${nested}` }
}

/** Makes the problem of a path that `--set` does not take; `undefined` for a path that it takes. */
export function unknownFlag(path: string, options: Options): Problem | undefined {
  const isNamed = options.named.some(({ section }) => path === section || path.startsWith(`${section}.`))
  const option = options.single.find((candidate) => candidate.path === path)
  if (isNamed || option?.envNames.length === 0)
    return {
      path,
      env: '',
      message: `stands in the configuration file only: --set does not take ${isNamed ? 'sections that have names' : 'lists of objects'}`,
    }
  if (option !== undefined) return undefined
  const single = options.single.filter(({ envNames }) => envNames.length > 0)
  return problemOf(path, 'no such option', closestPath(path, { ...options, single, named: [] }))
}

/** Makes a problem without environment name. @param guess the path that was probably meant */
export function problemOf(path: string, message: string, guess?: string): Problem {
  return { path, env: '', message: guess === undefined ? message : `${message}; did you mean ${guess}?` }
}

function optionAt(path: string, { single, named }: Options): Option | undefined {
  const [section, name = ''] = path.split('.')
  const options = named.find((candidate) => candidate.section === section)?.optionsOf(name) ?? single
  return options.find((option) => option.path === path)
}

/** Finds the option of that name, first in the same named section, or else the one with the most similar path. */
function closestPath(path: string, { single, named, sections }: Options): string | undefined {
  const [section, ...rest] = path.split('.')
  const ofName = named.find((candidate) => candidate.section === section)
  const own = rest.length > 1 ? (ofName?.optionsOf(rest[0] ?? '') ?? []) : []
  const others = named
    .filter((candidate) => candidate !== ofName)
    .flatMap(({ optionsOf }) => optionsOf('NAME'))
  const candidates = [...own, ...single, ...others]
  const name = (own.length > 0 ? rest.slice(1) : rest).join('.').toLowerCase() || path.toLowerCase()
  const sameName = candidates.find((option) => option.name.toLowerCase() === name)
  return sameName?.path ?? closestName(path, [...candidates.map((option) => option.path), ...sections])
}
