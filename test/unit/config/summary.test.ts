import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { productOptions } from '../../../src/config/options/product-options.ts'
import { formatSummary, maskedConfig } from '../../../src/config/summary.ts'
import { leastEnv, resolve } from '../../helpers/config/given.ts'
import { largerOptions, resolveLarger } from './larger-schema.ts'

const { single: options } = productOptions

const canary = 'hunter2-canary'
const secretEnv = {
  ...leastEnv,
  SSO_CLIENT_SECRET: canary,
  AWS_ACCESS_KEY_ID: canary,
  AWS_SECRET_ACCESS_KEY: canary,
  AWS_SESSION_TOKEN: canary,
  S3PROXY_LOG_IDENTITY_HASH_KEY: `${canary}${canary}`,
  S3PROXY_SESSION_REDIS_SENTINEL_NAME: 'main',
  S3PROXY_SESSION_REDIS_SENTINEL_PASSWORD: canary,
  REDIS_URL: `rediss://${canary}:${canary}@redis.example.com:6379/1?db=1`,
}

describe('maskedConfig', () => {
  it('masks every secret, and keeps of the URL of Redis what an operator must see', () => {
    const masked = maskedConfig(resolve({ env: secretEnv }))
    assert.ok(!JSON.stringify(masked).includes(canary))
    assert.equal(masked.session?.redisUrl, 'rediss://***@redis.example.com:6379/1?***')
    for (const { section, name } of options.filter(({ isSecret }) => isSecret === true))
      assert.match(String(masked[section]?.[name]), /\*\*\*/, `${section}.${name}`)
  })

  it('shows what is no secret as it is', () => {
    const masked = maskedConfig(resolve({ env: leastEnv }))
    assert.equal(masked.s3?.region, 'eu-west-2')
    assert.equal(masked.server?.port, 8080)
    assert.equal(masked.session?.acceptLegacySessions, false)
  })

  it('holds what is valid beside what is not', () => {
    const masked = maskedConfig(resolve({ env: { ...secretEnv, PORT: 'x' } }))
    assert.equal(masked.server?.port, undefined)
    assert.equal(masked.s3?.region, 'eu-west-2')
  })

  it('leaves out the addresses that sso.issuer takes the place of', () => {
    const env = { ...leastEnv, SSO_URL: undefined, S3PROXY_SSO_ISSUER: 'https://sso.example.com' }
    const masked = maskedConfig(resolve({ env }))
    assert.equal(masked.sso?.issuer, 'https://sso.example.com')
    for (const name of ['authorizeUrl', 'tokenUrl', 'identityUrl'])
      assert.equal(masked.sso?.[name], undefined, name)
  })
})

describe('formatSummary', () => {
  it('has one line for each option in force: path, value and where it came from', () => {
    const lines = formatSummary(resolve({ env: secretEnv })).split('\n')
    const of = (path: string) => lines.find((line) => line.startsWith(`${path} `))?.split(/ {2,}/)
    assert.deepEqual(of('s3.region'), ['s3.region', 'eu-west-2', 'AWS_S3_REGION'])
    assert.deepEqual(of('server.port'), ['server.port', '8080', 'default'])
    assert.deepEqual(of('sso.clientSecret'), ['sso.clientSecret', '***', 'SSO_CLIENT_SECRET'])
    assert.equal(of('server.publicUrl'), undefined)
    assert.ok(!lines.join('\n').includes(canary))
  })

  it('says where credentials come from when no key is given', () => {
    assert.match(formatSummary(resolve({ env: leastEnv })), /^s3\.accessKeyId +- +AWS default chain$/m)
  })
})

describe('a summary of sections that have names', () => {
  const resolved = resolveLarger(
    {
      s3: { accessKeyId: canary, secretAccessKey: canary },
      shelves: {
        docs: { path: '/docs/', accessKeyId: canary, secretAccessKeyFile: '/run/key' },
        all: { path: '/' },
      },
      rights: { rules: [{ name: 'a' }, { name: 'b', to: { groups: ['g'] } }] },
    },
    { readSecretFile: () => canary },
  )

  it('masks their secrets, those that they inherit too', () => {
    const masked = maskedConfig(resolved, largerOptions)
    assert.ok(!JSON.stringify(masked).includes(canary))
    const { docs, all } = masked.shelves as Record<string, Record<string, unknown>>
    assert.deepEqual([docs?.accessKeyId, docs?.secretAccessKey, all?.secretAccessKey], ['***', '***', '***'])
    assert.equal(docs?.endpoint, leastEnv.AWS_S3_ENDPOINT)
  })

  it('has lists of objects as they are', () => {
    assert.deepEqual(maskedConfig(resolved, largerOptions).rights, {
      rules: [
        { name: 'a', action: 'read' },
        { name: 'b', action: 'read', to: { groups: ['g'], everyone: false } },
      ],
    })
  })

  it('tells in its table what is theirs, and how many objects a list has', () => {
    const lines = formatSummary(resolved, largerOptions)
      .split('\n')
      .filter((line) => /^(?:shelves|rights)/.test(line))
    assert.deepEqual(
      lines.map((line) => line.split(/ {2,}/)),
      [
        ['rights.rules', '2 objects', 's3proxy.json'],
        ['shelves.docs.accessKeyId', '***', 's3proxy.json'],
        ['shelves.docs.secretAccessKey', '***', 'secretAccessKeyFile in s3proxy.json'],
        ['shelves.docs.maxAttempts', '2', 'default'],
        ['shelves.docs.path', '/docs/', 's3proxy.json'],
        ['shelves.docs.slots', '1', 'default'],
        ['shelves.all.maxAttempts', '2', 'default'],
        ['shelves.all.path', '/', 's3proxy.json'],
        ['shelves.all.slots', '1', 'default'],
      ],
    )
  })
})
