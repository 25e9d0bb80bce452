import { databaseOf } from '../store/redis-address.ts'
import { unknownNames, unusedNames } from './environment-warnings.ts'
import { options, type Section } from './options.ts'
import { certificateProblem, notCertificate, readCertificate } from './pem.ts'
import { checkS3 } from './s3-consistency.ts'
import { splitRedisUrls } from './schema/redis-url.ts'
import type { Sources } from './sources.ts'
import { hostsFromVcap } from './vcap.ts'

type Values = Record<string, Record<string, unknown>>

/** Something that does not fit together. */
export interface Conflict {
  path: string
  message: string
  /** Other options that it comes from: it is no conflict where one of them was refused for itself. */
  looksAt?: readonly string[]
  /** The variable, where it is none of the option's own. */
  env?: string
}

export type Report = (conflict: Conflict) => void

/**
 * Checks what options mean together, and fills in those that follow from others.
 *
 * @param values valid one by one; `s3.endpoint`, `session.store` and `server.allowedHosts` are filled in
 * @param files what is in the files that options name, as far as they could be read
 * @returns `strangers`: warnings of environment names that look like ours and are not
 */
export function checkTogether(
  values: Values,
  files: Readonly<Record<string, string>>,
  sources: Record<string, string>,
  given: Pick<Sources, 'env' | 'dotenv' | 'flags'>,
  wanted: readonly Section[],
): { conflicts: Conflict[]; warnings: string[]; strangers: string[] } {
  const conflicts: Conflict[] = []
  const warnings: string[] = []
  const report: Report = (conflict) => conflicts.push(conflict)
  const { s3, session, server, log } = values
  const env = { ...given.dotenv, ...given.env }
  if (s3 !== undefined) checkS3(s3, sources, report, warnings)
  if (session !== undefined) checkSession(session, server ?? {}, sources, report, warnings)
  if (server !== undefined) checkServer(server, sources, env, report, warnings)
  if (server !== undefined) checkTls(server, files, report, warnings)
  if (log !== undefined) checkLog(log, report)
  checkRedisCa(files, report)
  for (const { path, isSecret } of options) {
    if (isSecret && given.flags.has(path) && wanted.some((section) => path.startsWith(`${section}.`)))
      warnings.push(
        `${path} was given by --set, where every user of this machine can see it: use a file or the environment`,
      )
  }
  warnings.push(...unusedNames(given))
  return { conflicts, warnings, strangers: unknownNames(given) }
}

function checkSession(
  session: Record<string, unknown>,
  server: Record<string, unknown>,
  sources: Record<string, string>,
  report: Report,
  warnings: string[],
): void {
  const hasUrl = session.redisUrl !== undefined
  if (session.store === undefined) {
    session.store = hasUrl ? 'redis' : 'memory'
    sources['session.store'] = 'default'
  }
  if (session.store === 'redis' && !hasUrl) {
    report({ path: 'session.redisUrl', message: 'is required with session.store redis' })
  }
  const isMany = hasUrl && splitRedisUrls(String(session.redisUrl)).length > 1
  if (isMany && session.redisCluster !== true && session.redisSentinelName === undefined) {
    report({
      path: 'session.redisUrl',
      looksAt: ['session.redisCluster', 'session.redisSentinelName'],
      message: 'several URLs need session.redisCluster or session.redisSentinelName',
    })
  }
  if (hasUrl) checkRedisDatabase(String(session.redisUrl), session.redisCluster === true, report)
  if (session.redisCluster === true && session.redisSentinelName !== undefined) {
    report({ path: 'session.redisSentinelName', message: 'excludes session.redisCluster' })
  }
  if (session.redisSentinelPassword !== undefined && session.redisSentinelName === undefined) {
    report({
      path: 'session.redisSentinelName',
      message: 'is required with session.redisSentinelPassword',
    })
  }
  if (
    session.sameSite === 'none' &&
    server.crossOriginResourcePolicy !== undefined &&
    server.crossOriginResourcePolicy !== 'cross-origin'
  )
    warnings.push(
      `other sites get a cookie with session.sameSite none, but can embed nothing with server.crossOriginResourcePolicy ${server.crossOriginResourcePolicy}`,
    )
  if (server.crossOriginResourcePolicy === undefined) {
    server.crossOriginResourcePolicy = session.sameSite === 'none' ? 'cross-origin' : 'same-site'
    sources['server.crossOriginResourcePolicy'] = 'default'
  }
  if (session.redisCaFile !== undefined && hasUrl && !String(session.redisUrl).startsWith('rediss:'))
    warnings.push('session.redisCaFile is not used, because session.redisUrl is not rediss:')
  if (session.sameSite === 'none' && String(server.publicUrl ?? '').startsWith('http:')) {
    report({ path: 'session.sameSite', message: 'none needs https, but server.publicUrl is http' })
  }
  if (session.store === 'memory') {
    if (Number(server.workers) > 1) {
      report({
        path: 'server.workers',
        looksAt: ['session.store', 'session.redisUrl'],
        message: 'more than one worker needs session.store redis: memory is not shared',
      })
    }
    warnings.push(
      'sessions are kept in memory: a restart signs everybody out, and only one instance can run (session.store)',
    )
  }
}

/** The first URL speaks for all: what another one says differently would be passed over. */
function checkRedisDatabase(urls: string, isCluster: boolean, report: Report): void {
  const [first = 0, ...others] = splitRedisUrls(urls).map((url) => databaseOf(new URL(url)))
  if (isCluster && [first, ...others].some((database) => database !== undefined && database !== 0))
    report({
      path: 'session.redisUrl',
      looksAt: ['session.redisCluster'],
      message: 'names a database, but a Cluster has only one: leave it out',
    })
  else if (others.some((database) => database !== undefined && database !== first))
    report({
      path: 'session.redisUrl',
      message: 'names several databases: the first URL says which one is used',
    })
}

function checkServer(
  server: Record<string, unknown>,
  sources: Record<string, string>,
  env: Readonly<Record<string, string | undefined>>,
  report: Report,
  warnings: string[],
): void {
  if (server.adminPort !== undefined && server.adminPort !== 0 && server.adminPort === server.port) {
    report({ path: 'server.adminPort', looksAt: ['server.port'], message: 'must not be server.port' })
  }
  if (server.adminPort !== undefined && sources['server.adminHost'] === 'default')
    warnings.push(
      `the admin port listens on every address (${server.adminHost}) and asks for no password: set server.adminHost, to the same where that is meant`,
    )
  if (server.allowedHosts === undefined && env.VCAP_APPLICATION) {
    try {
      const hosts = hostsFromVcap(env.VCAP_APPLICATION)
      if (hosts.length > 0) {
        server.allowedHosts = hosts
        sources['server.allowedHosts'] = 'VCAP_APPLICATION'
      }
    } catch (error) {
      report({ path: 'server.allowedHosts', env: 'VCAP_APPLICATION', message: (error as Error).message })
    }
  }
  if (Array.isArray(server.sandboxActiveContent))
    warnings.push(
      `pages below ${server.sandboxActiveContent.join(', ')} run their scripts as whoever reads them (server.sandboxActiveContent): nobody else may write there`,
    )
  if (server.publicUrl === undefined && server.allowedHosts === undefined) {
    warnings.push('any host name is served: set server.publicUrl, or server.allowedHosts')
  }
}

function checkTls(
  server: Record<string, unknown>,
  files: Readonly<Record<string, string>>,
  report: Report,
  warnings: string[],
): void {
  const names = ['tlsCertFile', 'tlsKeyFile'] as const
  const [missing, ...more] = names.filter((name) => server[name] === undefined)
  if (missing !== undefined && more.length === 0)
    report({
      path: `server.${missing}`,
      message: 'is required when the other one is given: both or none',
    })
  const [cert, key] = names.map((name) => files[`server.${name}`])
  if (cert === undefined || key === undefined) return
  const problem = certificateProblem(cert, key)
  if (problem !== undefined) {
    const name = problem.of === 'cert' ? 'tlsCertFile' : 'tlsKeyFile'
    report({ path: `server.${name}`, message: problem.message })
  } else if (String(server.publicUrl ?? '').startsWith('http:'))
    warnings.push('clients speak TLS (server.tlsCertFile), but server.publicUrl is http')
}

function checkRedisCa(files: Readonly<Record<string, string>>, report: Report): void {
  const pem = files['session.redisCaFile']
  if (pem !== undefined && readCertificate(pem) === undefined)
    report({ path: 'session.redisCaFile', message: notCertificate })
}

function checkLog(log: Record<string, unknown>, report: Report): void {
  if (log.identity === 'hashed' && log.identityHashKey === undefined) {
    report({
      path: 'log.identityHashKey',
      message:
        'is required with log.identity hashed: without a key, whoever has a list of people can undo the hash',
    })
  }
}
