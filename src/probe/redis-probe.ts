import { randomUUID } from 'node:crypto'
import type { RedisClient } from '../store/redis-client.ts'
import { redisMessage } from '../store/redis-message.ts'
import type { ConnectionEvents } from '../store/replaceable-connection.ts'
import type { Store } from '../store/store.ts'
import { type Finding, ProbeFailure, type ProbeStep } from './probe.ts'

export interface RedisProbeOptions {
  connect(events: ConnectionEvents): RedisClient
  storeOf(redis: RedisClient): Store
  isCluster: boolean
  sentinelName: string | undefined
  timeoutMs: number
}

/** The steps that try everything which `serve` needs of Redis. The last step closes the connection. */
export function redisSteps(options: RedisProbeOptions): ProbeStep[] {
  let redis: RedisClient | undefined
  // A step waits longer than the client does, so that it gets the client's own error.
  const timeoutMs = 2 * options.timeoutMs + 500

  const connect = (): Promise<Finding> =>
    new Promise((resolve, reject) => {
      const client = options.connect({
        onReady: () => resolve({ message: `connected and let in${topologyOf(options)}` }),
        onLost(message) {
          client.disconnect()
          reject(new ProbeFailure(message, connectAdvice(message)))
        },
      })
      redis = client
    })

  const roundTrip = async (): Promise<Finding> => {
    const store = options.storeOf(redis as RedisClient)
    const [key, value] = [`probe:${randomUUID()}`, randomUUID()]
    await store.set(key, value, 10_000)
    const found = await store.get(key)
    await store.delete(key)
    if (found !== value)
      throw new ProbeFailure('GET returned another value than the one that was SET', 'is this a Redis?')
    if ((await store.get(key)) !== null) throw new ProbeFailure('a value that was deleted is still there', '')
    return { message: 'SET with expiry, GET and DEL work' }
  }

  return [
    { name: 'redis.connect', timeoutMs, isVital: true, run: connect },
    {
      name: 'redis.server',
      timeoutMs,
      run: async () => {
        try {
          return describeServer(await (redis as RedisClient).info(), options)
        } catch (error) {
          if (error instanceof ProbeFailure) throw error
          return { message: `INFO was refused: ${redisMessage(error)}`, advice: 'nothing depends on it' }
        }
      },
    },
    { name: 'redis.roundtrip', timeoutMs, run: () => roundTrip().finally(() => redis?.disconnect()) },
  ]
}

function topologyOf({ isCluster, sentinelName }: RedisProbeOptions): string {
  if (isCluster) return ', as a Cluster'
  return sentinelName === undefined ? '' : `, to the master ${sentinelName} that the Sentinels named`
}

function connectAdvice(message: string): string {
  if (/WRONGPASS|NOAUTH|invalid.*password|no password/i.test(message))
    return 'check user and password in session.redisUrl (VCAP_SERVICES, REDIS_URL)'
  if (/certificate|self-signed/i.test(message))
    return 'set session.redisCaFile to the file with the certificate of its authority'
  return 'check session.redisUrl (VCAP_SERVICES, REDIS_URL), the network and the firewall'
}

/** Describes the server by its answer to INFO. @param info lines of the form `name:value` */
function describeServer(info: string, { isCluster }: RedisProbeOptions): Finding {
  const value = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim()
  const version = value('redis_version') ?? 'unknown'
  const [role, policy, maxBytes] = [value('role'), value('maxmemory_policy'), Number(value('maxmemory') ?? 0)]
  if (role === 'slave' && !isCluster)
    throw new ProbeFailure(
      `Redis ${version} is a replica, which takes no writes`,
      'give the address of the master',
    )
  if (value('cluster_enabled') === '1' && !isCluster)
    throw new ProbeFailure(`Redis ${version} is a Cluster`, 'set session.redisCluster')
  const memory = maxBytes === 0 ? 'no memory limit' : `maxmemory ${maxBytes} bytes, ${policy}`
  const message = `Redis ${version}, ${memory}`
  if (maxBytes === 0) return { message }
  if (policy === 'noeviction')
    return {
      message,
      advice: 'when its memory is full, nobody can sign in: plan for about 1 KiB for each session',
    }
  return { message, advice: `${policy} may drop sessions when memory is full, which signs people out` }
}
