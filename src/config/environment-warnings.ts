import { closest } from './closest.ts'
import { isLinkedPort, isOfKubernetes } from './kubernetes.ts'
import { options } from './options.ts'
import type { Sources } from './sources.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Warnings, not errors: the platform may have variables of its own that start like ours. */
export function unknownNames({ env, dotenv }: Pick<Sources, 'env' | 'dotenv'>): string[] {
  const known = options.flatMap((option) =>
    option.envNames.flatMap((name) => (option.isSecret ? [name, `${name}_FILE`] : [name])),
  )
  return Object.entries({ ...dotenv, ...env })
    .filter(([name, value]) => name.startsWith('S3PROXY_') && !isOfKubernetes(name, value))
    .filter(([name]) => name !== 'S3PROXY_CONFIG' && !known.includes(name))
    .map(([name]) => {
      const guess = closest(name, known)
      return `${name} is not an option${guess === undefined ? '' : `; did you mean ${guess}?`}`
    })
}

/** Variables that somebody may believe to be used, and that are not. */
export function unusedNames({ env, dotenv }: Pick<Sources, 'env' | 'dotenv'>): string[] {
  return [
    ...linkedPorts({ ...dotenv, ...env }),
    ...doubledSecrets(env, ''),
    ...doubledSecrets(dotenv, ' in .env'),
    ...proxies({ ...dotenv, ...env }),
    ...foreignNames(dotenv),
  ]
}

function linkedPorts(env: Environment): string[] {
  const names = options.flatMap(({ envNames }) => envNames)
  return names
    .filter((name) => isLinkedPort(name, env[name]))
    .map(
      (name) =>
        `${name} is not used: its value is what Kubernetes sets for a Service of that name (enableServiceLinks: false keeps it away)`,
    )
}

/** A secret that is given as itself and as a file, under one name or under two; several services may well have a URL. */
function doubledSecrets(env: Environment, where: string): string[] {
  return options
    .filter(({ isSecret }) => isSecret)
    .flatMap(({ envNames }) => {
      const names = envNames.flatMap((name) => [name, `${name}_FILE`])
      const [used = '', ...others] = names.filter((name) => name !== 'VCAP_SERVICES' && env[name])
      return others
        .filter((name) => name.endsWith('_FILE') || used.endsWith('_FILE'))
        .map((name) => `${name}${where} is not used, because ${used} is set too: keep one of them`)
    })
}

function proxies(env: Environment): string[] {
  const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()])
  const set = names.filter((name) => env[name])
  return set.length === 0
    ? []
    : [`${set.join(', ')}: not used, S3, Redis and the SSO are reached without a proxy`]
}

/** Names that other programs read from the environment have no effect in `.env`. */
function foreignNames(dotenv: Environment): string[] {
  const known = new Set(options.flatMap(({ envNames }) => envNames.flatMap((name) => [name, `${name}_FILE`])))
  return Object.keys(dotenv)
    .filter((name) => /^(?:AWS|NODE|OTEL|SSL)_/.test(name) && !known.has(name))
    .map((name) => `${name} in .env is not used: .env gives values to options; set it in the environment`)
}
