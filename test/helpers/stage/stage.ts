import { type ProxyOptions, type ProxyProcess, startProxy } from '../proxy/proxy-process.ts'
import type { RedisServer } from '../redis/redis-server.ts'
import type { S3StandIn } from '../s3/stand-in/stand-in-types.ts'
import { environmentOf, type SsoAddress } from './environment.ts'

/** Where the proxy runs in a test: an S3, an SSO and perhaps a Redis, which end together. */
export interface Stage<Sso extends StageSso, Redis extends RedisServer | undefined = undefined> {
  readonly s3: S3StandIn
  readonly sso: Sso
  readonly redis: Redis
  /** Leads a proxy to all of them. */
  readonly env: Record<string, string>
  /** Every proxy that `serve` has started. */
  readonly proxies: ReadonlySet<ProxyProcess>
  /** Starts the built program with this environment and `more`, and registers its callback at the SSO. */
  serve(more?: Record<string, string>, options?: ProxyOptions): Promise<ProxyProcess>
  /** Ends the proxies, then everything else. */
  close(): Promise<void>
}

export interface StageSso extends SsoAddress {
  close(): Promise<void>
  allowRedirect?(redirectUri: string): void
}

/** The servers that are being started for a stage. The stage closes them. */
export interface StageServers<Sso, Redis> {
  s3: Promise<S3StandIn>
  sso: Promise<Sso>
  redis?: Promise<Redis>
}

export async function createStage<Sso extends StageSso, Redis extends RedisServer | undefined = undefined>(
  servers: StageServers<Sso, Redis>,
): Promise<Stage<Sso, Redis>> {
  const [s3, sso, redis] = await Promise.all([servers.s3, servers.sso, servers.redis as Promise<Redis>])
  const env = environmentOf({ s3, sso, redis })
  const proxies = new Set<ProxyProcess>()
  return {
    ...{ s3, sso, redis, env, proxies },
    async serve(more = {}, options = {}) {
      const proxy = await startProxy({ ...env, ...more }, options)
      sso.allowRedirect?.(`${proxy.origin}/__redirect_from_sso`)
      proxies.add(proxy)
      return proxy
    },
    async close() {
      await Promise.all([...proxies].map((proxy) => proxy.stop()))
      await Promise.all([s3.close(), sso.close(), redis?.close()])
    },
  }
}
