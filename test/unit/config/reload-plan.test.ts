import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { productOptions } from '../../../src/config/options/product-options.ts'
import { planReload } from '../../../src/config/reload-plan.ts'
import type { Config } from '../../../src/config/schema/config-schema.ts'
import { leastEnv, resolve } from '../../helpers/config/given.ts'
import { configOf as largerConfigOf, largerOptions } from './larger-schema.ts'

const { single: options } = productOptions

const configOf = (env: Record<string, string> = {}): Config => {
  const { config, problems } = resolve({ env: { ...leastEnv, ...env } })
  assert.ok(config !== undefined, JSON.stringify(problems))
  return config
}

describe('planReload', () => {
  it('takes new values, and names their options', () => {
    const next = configOf({
      SSO_CLIENT_SECRET: 'another',
      S3PROXY_LOG_LEVEL: 'warn',
      AWS_S3_REGION: 'eu-west-1',
    })
    const { config, changed, kept } = planReload(configOf(), next)
    assert.deepEqual(changed, ['s3.region', 'sso.clientSecret', 'log.level'])
    assert.deepEqual(kept, [])
    assert.deepEqual(config, next)
  })

  it('names nothing where nothing is new, lists included', () => {
    const env = { S3PROXY_SERVER_ALLOWED_HOSTS: 'a.example.com,b.example.com' }
    const { changed, kept } = planReload(configOf(env), configOf(env))
    assert.deepEqual([changed, kept], [[], []])
  })

  it('keeps what cannot change, takes the rest, and leaves both as they were', () => {
    const [running, next] = [
      configOf({ PORT: '1' }),
      configOf({ PORT: '2', S3PROXY_SERVER_HOST: '::', SSO_CLIENT_ID: 'b' }),
    ]
    const { config, changed, kept } = planReload(running, next)
    assert.deepEqual(kept, ['server.port', 'server.host'])
    assert.deepEqual(changed, ['sso.clientId'])
    assert.deepEqual(config, { ...next, server: running.server })
    assert.deepEqual([running.server.port, next.server.port], [1, 2])
  })

  it('keeps the store with everything that belongs to it', () => {
    const running = configOf({ REDIS_URL: 'redis://localhost', S3PROXY_SESSION_REDIS_KEY_PREFIX: 'a:' })
    const { config, kept } = planReload(running, configOf())
    assert.deepEqual(kept, ['session.store', 'session.redisUrl', 'session.redisKeyPrefix'])
    assert.deepEqual(config, running)
    const other = planReload(running, configOf({ REDIS_URL: 'redis://elsewhere' }))
    assert.deepEqual([other.kept, other.changed], [[], ['session.redisUrl', 'session.redisKeyPrefix']])
  })

  it('takes another certificate of the same path, and keeps whether there is TLS at all', () => {
    const plain = configOf()
    const tlsCertFile = { path: '/c', content: 'cert' }
    const server = { ...plain.server, tlsCertFile, tlsKeyFile: { path: '/k', content: 'key' } }
    const running: Config = { ...plain, server }
    const other = { ...tlsCertFile, content: 'new' }
    const renewed = planReload(running, { ...running, server: { ...server, tlsCertFile: other } })
    assert.deepEqual([renewed.changed, renewed.kept], [['server.tlsCertFile'], []])
    assert.deepEqual(renewed.config.server.tlsCertFile, other)
    const without = planReload(running, plain)
    assert.deepEqual(without.kept, ['server.tlsCertFile', 'server.tlsKeyFile'])
    assert.deepEqual(without.config, running)
    const begun = planReload(plain, running)
    assert.deepEqual(begun.kept, ['server.tlsCertFile', 'server.tlsKeyFile'])
    assert.equal(begun.config.server.tlsCertFile, undefined)
    assert.equal(begun.config.server.tlsKeyFile, undefined)
  })

  it('keeps what the guide for operators names, and whether there is TLS', () => {
    const guide = readFileSync('docs/operating.md', 'utf8')
    const named = /What only a restart changes \(([^)]*)\)/.exec(guide)?.[1]?.match(/`[^`]+`/g)
    assert.deepEqual(
      named?.map((name) => name.slice(1, -1)).toSorted(),
      options.flatMap(({ path, restart }) => (restart === 'always' ? [path] : [])).toSorted(),
    )
  })
})

describe('planReload with sections that have names', () => {
  const plan = (before: object, after: object) => {
    const [running, next] = [largerConfigOf(before), largerConfigOf(after)]
    const copies = structuredClone([running, next])
    const planned = planReload(running, next, largerOptions)
    assert.deepEqual([running, next], copies)
    return { ...planned, running, next, config: planned.config as typeof next }
  }

  it('takes names that are new, names that are gone, and new values of the others', () => {
    const { config, changed, kept, next } = plan(
      { shelves: { a: { path: '/a/' }, b: { path: '/b/' } } },
      { shelves: { b: { path: '/other/' }, c: { path: '/c/', slots: 2 } } },
    )
    assert.deepEqual([changed, kept], [['shelves.a', 'shelves.b.path', 'shelves.c'], []])
    assert.deepEqual(config, next)
  })

  it('keeps an option of a name that stays, where only a restart changes it', () => {
    const { config, changed, kept } = plan(
      { shelves: { a: { path: '/a/', slots: 2 }, b: { path: '/b/' } } },
      { shelves: { a: { path: '/other/', slots: 3 }, b: { path: '/b/' } } },
    )
    assert.deepEqual([changed, kept], [['shelves.a.path'], ['shelves.a.slots']])
    assert.deepEqual([config.shelves.a?.path, config.shelves.a?.slots], ['/other/', 2])
  })

  it('keeps which names there are, where only a restart changes that', () => {
    const { config, changed, kept, running } = plan(
      { listeners: { a: { port: 1 }, b: { port: 2 } } },
      { listeners: { b: { port: 3 }, c: { port: 4 } } },
    )
    assert.deepEqual([changed, kept], [['listeners.b.port'], ['listeners.a', 'listeners.c']])
    assert.deepEqual(config.listeners, { ...running.listeners, b: { port: 3 } })
  })

  it('takes what is inherited from the new value of the option that it comes from', () => {
    const shelves = { a: { path: '/' }, b: { path: '/b/', stallTimeoutMs: 33 } }
    const { config, changed } = plan({ shelves }, { shelves, s3: { stallTimeoutMs: 99 } })
    assert.deepEqual(changed, ['s3.stallTimeoutMs', 'shelves.a.stallTimeoutMs'])
    assert.deepEqual([config.shelves.a?.stallTimeoutMs, config.shelves.b?.stallTimeoutMs], [99, 33])
  })

  it('keeps a list of objects as a whole', () => {
    const rules = (name: string) => ({ rights: { rules: [{ name: 'first' }, { name }] } })
    assert.deepEqual(plan(rules('a'), rules('a')).kept, [])
    const { config, kept, running } = plan(rules('a'), rules('b'))
    assert.deepEqual(kept, ['rights.rules'])
    assert.deepEqual(config.rights, running.rights)
  })
})
