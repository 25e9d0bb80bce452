import { closest } from './closest.ts'
import { type BucketName, endpointOfBucket, parseEndpoint } from './endpoint.ts'
import { options, type Section } from './options.ts'
import { certificateProblem, notCertificate, readCertificate } from './pem.ts'
import { splitRedisUrls } from './redis-url.ts'
import type { Problem, Sources } from './sources.ts'
import { hostsFromVcap } from './vcap.ts'

type Values = Record<string, Record<string, unknown>>

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
): { problems: Problem[]; warnings: string[]; strangers: string[] } {
  const problems: Problem[] = []
  const warnings: string[] = []
  const report = (path: string, env: string, message: string) => problems.push({ path, env, message })
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
  return { problems, warnings, strangers: unknownEnvironment(env) }
}

type Report = (path: string, env: string, message: string) => void

function checkS3(
  s3: Record<string, unknown>,
  sources: Record<string, string>,
  report: Report,
  warnings: string[],
): void {
  const hasId = s3.accessKeyId !== undefined
  if (hasId !== (s3.secretAccessKey !== undefined)) {
    const [missing, env] = hasId
      ? ['s3.secretAccessKey', 'AWS_SECRET_ACCESS_KEY']
      : ['s3.accessKeyId', 'AWS_ACCESS_KEY_ID']
    report(missing, env, 'is required when the other half of the access key is given: both or none')
  }
  if (!hasId && s3.secretAccessKey === undefined) sources['s3.accessKeyId'] = 'AWS default chain'
  if (s3.endpoint !== undefined) {
    // Leaving the prefix out would serve more of the bucket than was meant.
    if (s3.keyPrefix !== undefined)
      report(
        's3.keyPrefix',
        'KEY_PREFIX',
        'goes with s3.bucket; with s3.endpoint, put it at the end of that URL',
      )
    for (const name of ['bucket', 'endpointUrl'])
      if (s3[name] !== undefined) warnings.push(`s3.${name} is not used, because s3.endpoint is given`)
    return
  }
  if (typeof s3.bucket === 'string' && typeof s3.region === 'string') {
    const endpoint = endpointOfBucket(s3 as unknown as BucketName)
    if (parseEndpoint(endpoint) === undefined)
      report(
        's3.keyPrefix',
        'KEY_PREFIX',
        'expected a prefix without segments `.` and `..`, and without `\\`',
      )
    s3.endpoint = endpoint
    sources['s3.endpoint'] = 's3.bucket'
  } else if (s3.bucket === undefined) {
    report('s3.endpoint', 'AWS_S3_ENDPOINT', 'is required: URL of the bucket (or s3.bucket, AWS_S3_BUCKET)')
  }
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
    report('session.redisUrl', 'VCAP_SERVICES', 'is required with session.store redis')
  }
  const isMany = hasUrl && splitRedisUrls(String(session.redisUrl)).length > 1
  if (isMany && session.redisCluster !== true && session.redisSentinelName === undefined) {
    report(
      'session.redisUrl',
      'VCAP_SERVICES',
      'several URLs need session.redisCluster or session.redisSentinelName',
    )
  }
  if (session.redisCluster === true && session.redisSentinelName !== undefined) {
    report(
      'session.redisSentinelName',
      'S3PROXY_SESSION_REDIS_SENTINEL_NAME',
      'excludes session.redisCluster',
    )
  }
  if (session.redisSentinelPassword !== undefined && session.redisSentinelName === undefined) {
    report(
      'session.redisSentinelName',
      'S3PROXY_SESSION_REDIS_SENTINEL_NAME',
      'is required with session.redisSentinelPassword',
    )
  }
  if (session.redisCaFile !== undefined && hasUrl && !String(session.redisUrl).startsWith('rediss:'))
    warnings.push('session.redisCaFile is not used, because session.redisUrl is not rediss:')
  if (session.sameSite === 'none' && String(server.publicUrl ?? '').startsWith('http:')) {
    report('session.sameSite', 'S3PROXY_SESSION_SAME_SITE', 'none needs https, but server.publicUrl is http')
  }
  if (session.store === 'memory') {
    if (Number(server.workers) > 1) {
      report(
        'server.workers',
        'S3PROXY_SERVER_WORKERS',
        'more than one worker needs session.store redis: memory is not shared',
      )
    }
    warnings.push(
      'sessions are kept in memory: a restart signs everybody out, and only one instance can run (session.store)',
    )
  }
}

function checkServer(
  server: Record<string, unknown>,
  sources: Record<string, string>,
  env: Readonly<Record<string, string | undefined>>,
  report: Report,
  warnings: string[],
): void {
  if (server.adminPort !== undefined && server.adminPort !== 0 && server.adminPort === server.port) {
    report('server.adminPort', 'S3PROXY_SERVER_ADMIN_PORT', 'must not be server.port')
  }
  if (server.allowedHosts === undefined && env.VCAP_APPLICATION) {
    try {
      const hosts = hostsFromVcap(env.VCAP_APPLICATION)
      if (hosts.length > 0) {
        server.allowedHosts = hosts
        sources['server.allowedHosts'] = 'VCAP_APPLICATION'
      }
    } catch (error) {
      report('server.allowedHosts', 'VCAP_APPLICATION', (error as Error).message)
    }
  }
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
  const envOf = { tlsCertFile: 'S3PROXY_SERVER_TLS_CERT_FILE', tlsKeyFile: 'S3PROXY_SERVER_TLS_KEY_FILE' }
  const [missing, ...more] = names.filter((name) => server[name] === undefined)
  if (missing !== undefined && more.length === 0)
    report(`server.${missing}`, envOf[missing], 'is required when the other one is given: both or none')
  const [cert, key] = names.map((name) => files[`server.${name}`])
  if (cert === undefined || key === undefined) return
  const problem = certificateProblem(cert, key)
  if (problem !== undefined) {
    const name = problem.of === 'cert' ? 'tlsCertFile' : 'tlsKeyFile'
    report(`server.${name}`, envOf[name], problem.message)
  } else if (String(server.publicUrl ?? '').startsWith('http:'))
    warnings.push('clients speak TLS (server.tlsCertFile), but server.publicUrl is http')
}

function checkRedisCa(files: Readonly<Record<string, string>>, report: Report): void {
  const pem = files['session.redisCaFile']
  if (pem !== undefined && readCertificate(pem) === undefined)
    report('session.redisCaFile', 'S3PROXY_SESSION_REDIS_CA_FILE', notCertificate)
}

function checkLog(log: Record<string, unknown>, report: Report): void {
  if (log.identity === 'hashed' && log.identityHashKey === undefined) {
    report(
      'log.identityHashKey',
      'S3PROXY_LOG_IDENTITY_HASH_KEY',
      'is required with log.identity hashed: without a key, whoever has a list of people can undo the hash',
    )
  }
}

/** Warnings, not errors: the platform may have variables of its own that start like ours. */
function unknownEnvironment(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = options.flatMap((option) =>
    option.envNames.flatMap((name) => (option.isSecret ? [name, `${name}_FILE`] : [name])),
  )
  return Object.entries(env)
    .filter(([name, value]) => name.startsWith('S3PROXY_') && !isOfKubernetes(name, value))
    .filter(([name]) => name !== 'S3PROXY_CONFIG' && !known.includes(name))
    .map(([name]) => {
      const guess = closest(name, known)
      return `${name} is not an option${guess === undefined ? '' : `; did you mean ${guess}?`}`
    })
}

/** A service named s3proxy, or s3proxy-web, puts such names into the environment of every pod beside it. */
function isOfKubernetes(name: string, value: string | undefined): boolean {
  return (
    /_SERVICE_(?:HOST|PORT)(?:_\w+)?$|_PORT_\d+_(?:TCP|UDP)(?:_\w+)?$/.test(name) ||
    (name.endsWith('_PORT') && /^(?:tcp|udp):/.test(value ?? ''))
  )
}
