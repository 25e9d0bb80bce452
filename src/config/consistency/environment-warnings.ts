import { type Options, systematicName } from '../options/options.ts'
import { closestName } from '../sources/closest-name.ts'
import { isLinkedPort, isOfKubernetes } from '../sources/kubernetes-variables.ts'
import type { Environment, Sources } from '../sources/sources.ts'

type Given = Pick<Sources, 'env' | 'dotenv'>

/**
 * Warns of variables that look like options and are none. They are no problems, because the platform may have variables
 * of its own that begin with `S3PROXY_`.
 */
export function unknownNames({ env, dotenv }: Given, options: Options): string[] {
  const known = options.single.flatMap((option) =>
    option.envNames.flatMap((name) => (option.isSecret ? [name, `${name}_FILE`] : [name])),
  )
  return Object.entries({ ...dotenv, ...env })
    .filter(([name, value]) => name.startsWith('S3PROXY_') && !isOfKubernetes(name, value))
    .filter(([name]) => !ofCommands.includes(name) && !known.includes(name))
    .map(([name]) => {
      if (isInFileOnly(name, options))
        return `${name} is not an option: that stands in the configuration file only`
      const guess = closestName(name, known)
      return `${name} is not an option${guess === undefined ? '' : `; did you mean ${guess}?`}`
    })
}

/** Variables that commands read and that are no options: the file of the configuration, and the token of `fetch URL`. */
const ofCommands = ['S3PROXY_CONFIG', 'S3PROXY_TOKEN']

/** Whether a variable is named after a list of objects or a named section, which have no variables. */
function isInFileOnly(name: string, { named, single }: Options): boolean {
  const lists = single.filter(({ envNames }) => envNames.length === 0)
  return (
    named.some(({ section }) => name.startsWith(`${systematicName(section)}_`)) ||
    lists.some(({ section, name: option }) => name === systematicName(section, option))
  )
}

/** Warns of variables that somebody may believe to be used, and that are not. */
export function unusedNames({ env, dotenv }: Given, options: Options): string[] {
  return [
    ...linkedPorts({ ...dotenv, ...env }, options),
    ...secretsGivenTwice(env, '', options),
    ...secretsGivenTwice(dotenv, ' in .env', options),
    ...proxyVariables({ ...dotenv, ...env }),
    ...namesOfLibraries(dotenv, options),
  ]
}

function linkedPorts(env: Environment, { single }: Options): string[] {
  const names = single.flatMap(({ envNames }) => envNames)
  return names
    .filter((name) => isLinkedPort(name, env[name]))
    .map(
      (name) =>
        `${name} is not used: its value is what Kubernetes sets for a Service of that name (enableServiceLinks: false keeps it away)`,
    )
}

/**
 * Warns of a secret that is given both as text and as a file. Several names that all hold text are no mistake: each may
 * belong to another service that the platform has bound.
 */
function secretsGivenTwice(env: Environment, where: string, { single }: Options): string[] {
  return single
    .filter(({ isSecret }) => isSecret)
    .flatMap(({ envNames }) => {
      const names = envNames.flatMap((name) => [name, `${name}_FILE`])
      const [used = '', ...others] = names.filter((name) => name !== 'VCAP_SERVICES' && env[name])
      return others
        .filter((name) => name.endsWith('_FILE') || used.endsWith('_FILE'))
        .map((name) => `${name}${where} is not used, because ${used} is set too: keep one of them`)
    })
}

function proxyVariables(env: Environment): string[] {
  const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()])
  const set = names.filter((name) => env[name])
  return set.length === 0
    ? []
    : [`${set.join(', ')}: not used, S3, Redis and the SSO are reached without a proxy`]
}

/** Warns of names in `.env` that libraries read from the environment only. */
function namesOfLibraries(dotenv: Environment, { single }: Options): string[] {
  const known = new Set(single.flatMap(({ envNames }) => envNames.flatMap((name) => [name, `${name}_FILE`])))
  return Object.keys(dotenv)
    .filter((name) => /^(?:AWS|NODE|OTEL|SSL)_/.test(name) && !known.has(name))
    .map((name) => `${name} in .env is not used: .env gives values to options; set it in the environment`)
}
