import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../src/config/load.ts'
import { defaultOf } from '../../src/config/options/option.ts'
import { productOptions } from '../../src/config/options/product-options.ts'
import { jsonSchemaOfConfig } from '../tools/json-schema.ts'

const { single: options } = productOptions

const rootFile = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

interface Node {
  properties?: Record<string, Node>
  additionalProperties?: boolean
  required?: string[]
  description?: string
  default?: unknown
}

describe('s3proxy.schema.json', () => {
  const text = readFileSync(rootFile('s3proxy.schema.json'), 'utf8')
  const schema = JSON.parse(text) as Node

  it('is what the schema of the program says: if not, run npm run schema', () => {
    assert.equal(text, jsonSchemaOfConfig())
  })

  for (const option of options) {
    it(`describes ${option.path}, its environment names and its default`, () => {
      const node = schema.properties?.[option.section]?.properties?.[option.name]
      for (const name of option.envNames) assert.ok(node?.description?.includes(name), name)
      assert.deepEqual(node?.default, defaultOf(option))
    })
  }

  it('knows no other keys, and requires none, because the environment may give them', () => {
    for (const node of [schema, ...Object.values(schema.properties ?? {})]) {
      assert.equal(node.required, undefined)
      if (node.properties !== undefined) assert.equal(node.additionalProperties, false)
    }
  })
})

describe('s3proxy.example.json', () => {
  const path = rootFile('s3proxy.example.json')
  const example = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, unknown>>

  it('is a configuration that works, once the secrets are in the environment', (t) => {
    const ownEnv = { ...process.env }
    t.after(() => Object.assign(process.env, ownEnv))
    for (const name of options.flatMap(({ envNames }) => envNames)) delete process.env[name]
    process.env.SSO_CLIENT_SECRET = 'secret'
    process.env.REDIS_URL = 'rediss://user:secret@redis.example.com:6379'
    const { config, problems, warnings, sources } = loadConfig({ configPath: path })
    assert.deepEqual(problems, [])
    assert.deepEqual(warnings, [])
    assert.equal(config?.server.publicUrl?.url, 'https://assets.example.com')
    assert.equal(sources['s3.endpoint'], path)
  })

  it('shows every option but secrets and what does not go with the rest', () => {
    const elsewhere = [
      // This is set instead of server.publicUrl.
      'server.allowedHosts',
      // This is set instead of s3.endpoint.
      's3.bucket',
      's3.endpointUrl',
      's3.keyPrefix',
      // This is set instead of the addresses of the SSO.
      'sso.issuer',
      // This is set only where s3proxy reaches the SSO at another URL than browsers.
      'sso.internalUrl',
      // These are set only where not everybody who can sign in may have everything: docs/access.md has examples.
      'access.groups',
      'access.emails',
      'access.emailDomains',
      'access.rules',
      // This is set only where the SSO wants more than OAuth does.
      'sso.authorizeParameters',
      // These are set only where the application has a key in place of a secret.
      'sso.clientKeyFile',
      'sso.clientAssertionAudience',
      // This is set only where the SSO names people by an unusual claim.
      'sso.userClaim',
      // These are set only where bearer tokens are accepted.
      'bearer.issuer',
      'bearer.audience',
      'bearer.scopes',
      'bearer.allowPlainJwt',
      'bearer.introspectionUrl',
      'bearer.terminalClientId',
      // This is set instead of server.port, behind a web server that speaks TLS.
      'server.socketPath',
      'server.socketMode',
      'server.tlsCertFile',
      'server.tlsKeyFile',
      // This is set only where Redis has its certificate from a private authority.
      'session.redisCaFile',
      // This is not set for a single Redis.
      'session.redisCluster',
      'session.redisSentinelName',
    ]
    const shown = options.filter(({ section, name }) => example[section]?.[name] !== undefined)
    const expected = options.filter(({ path, isSecret }) => isSecret !== true && !elsewhere.includes(path))
    assert.deepEqual(
      shown.map((option) => option.path),
      expected.map((option) => option.path),
    )
  })

  it('shows each default as it is', () => {
    for (const option of options) {
      const shown = example[option.section]?.[option.name]
      const byDefault = defaultOf(option)
      if (shown !== undefined && byDefault !== undefined) assert.deepEqual(shown, byDefault, option.path)
    }
  })

  it('holds no secret', () => {
    for (const { section, name, isSecret } of options)
      if (isSecret === true) assert.equal(example[section]?.[name], undefined, name)
  })
})
