import type { RedisAddress } from '../../store/redis-address.ts'
import type { Values } from '../schema/config-schema.ts'
import { notCertificate, readCertificate } from './certificates.ts'
import type { Findings } from './findings.ts'

type SessionValues = NonNullable<Values['session']>
type ServerValues = NonNullable<Values['server']>

/** Checks the store, the cookie, and the options of the server that depend on them; fills `session.store` in. */
export function checkSession(session: SessionValues, server: ServerValues, findings: Findings): void {
  const { sources, report, warn } = findings
  if (session.store === undefined) {
    session.store = session.redisUrl === undefined ? 'memory' : 'redis'
    sources['session.store'] = 'default'
  }
  checkRedis(session, findings)
  checkCookie(session, server, findings)
  const { idleTimeoutSeconds = 0, maxAgeSeconds = Number.POSITIVE_INFINITY } = session
  if (idleTimeoutSeconds >= maxAgeSeconds)
    warn('session.idleTimeoutSeconds has no effect, because session.maxAgeSeconds is not longer')
  if (session.store === 'memory') {
    if (Number(server.workers) > 1) {
      report({
        path: 'server.workers',
        looksAt: ['session.store', 'session.redisUrl'],
        message: 'more than one worker needs session.store redis: memory is not shared',
      })
    }
    warn(
      'sessions are kept in memory: a restart signs everybody out, and only one instance can run (session.store)',
    )
  }
}

function checkRedis(session: SessionValues, findings: Findings): void {
  const { report, warn } = findings
  const { redisUrl, redisCluster, redisSentinelName, redisCaFile } = session
  if (session.store === 'redis' && redisUrl === undefined)
    report({ path: 'session.redisUrl', message: 'is required with session.store redis' })
  const isMany = redisUrl !== undefined && redisUrl.length > 1
  if (isMany && redisCluster !== true && redisSentinelName === undefined) {
    report({
      path: 'session.redisUrl',
      looksAt: ['session.redisCluster', 'session.redisSentinelName'],
      message: 'several URLs need session.redisCluster or session.redisSentinelName',
    })
  }
  if (redisUrl !== undefined) checkDatabase(redisUrl, redisCluster === true, findings)
  if (redisCluster === true && redisSentinelName !== undefined)
    report({ path: 'session.redisSentinelName', message: 'excludes session.redisCluster' })
  if (session.redisSentinelPassword !== undefined && redisSentinelName === undefined) {
    report({
      path: 'session.redisSentinelName',
      message: 'is required with session.redisSentinelPassword',
    })
  }
  if (redisCaFile === undefined) return
  if (redisUrl?.[0]?.isSecure === false)
    warn('session.redisCaFile is not used, because session.redisUrl is not rediss:')
  if (readCertificate(redisCaFile.content) === undefined)
    report({ path: 'session.redisCaFile', message: notCertificate })
}

/** Refuses a database that would be ignored: only the one in the first URL is used. */
function checkDatabase(addresses: readonly RedisAddress[], isCluster: boolean, { report }: Findings): void {
  const [first = 0, ...others] = addresses.map(({ database }) => database)
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

/** Fills in `server.crossOriginResourcePolicy`: sites that get the cookie may embed what is sent. */
function checkCookie({ sameSite }: SessionValues, server: ServerValues, findings: Findings): void {
  const policy = server.crossOriginResourcePolicy
  if (sameSite === 'none' && policy !== undefined && policy !== 'cross-origin')
    findings.warn(
      `other sites get a cookie with session.sameSite none, but can embed nothing with server.crossOriginResourcePolicy ${policy}`,
    )
  if (policy === undefined) {
    server.crossOriginResourcePolicy = sameSite === 'none' ? 'cross-origin' : 'same-site'
    findings.sources['server.crossOriginResourcePolicy'] = 'default'
  }
  if (sameSite === 'none' && server.publicUrl?.isSecure === false)
    findings.report({ path: 'session.sameSite', message: 'none needs https, but server.publicUrl is http' })
}
