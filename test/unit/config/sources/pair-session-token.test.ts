import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { resolveConfig } from '../../../../src/config/resolve.ts'

interface Given {
  flags?: Record<string, string>
  env?: Record<string, string>
  dotenv?: Record<string, string>
  file?: Record<string, string>
  secretFiles?: Record<string, string>
}

function resolve({ flags = {}, env = {}, dotenv = {}, file, secretFiles = {} }: Given) {
  const { config, problems, warnings, sources } = resolveConfig(
    {
      flags: new Map(Object.entries(flags)),
      env: { AWS_S3_ENDPOINT: 'https://s3.example.test/bucket/', AWS_S3_REGION: 'eu-west-2', ...env },
      dotenv,
      file: file === undefined ? undefined : { path: 's3proxy.json', content: { s3: file } },
      readSecretFile: (path) => secretFiles[path] ?? assert.fail(path),
    },
    ['s3'],
  )
  assert.deepEqual(problems, [])
  const { accessKeyId, secretAccessKey, sessionToken } = config?.s3 ?? {}
  return { keys: [accessKeyId, secretAccessKey, sessionToken], warnings, source: sources['s3.sessionToken'] }
}

const pairOf = (name: string) => ({
  AWS_ACCESS_KEY_ID: `id-${name}`,
  AWS_SECRET_ACCESS_KEY: `secret-${name}`,
})
const ownPair = { S3PROXY_S3_ACCESS_KEY_ID: 'id-own', S3PROXY_S3_SECRET_ACCESS_KEY: 'secret-own' }
const filePair = { accessKeyId: 'id-file', secretAccessKey: 'secret-file' }
const stray = { AWS_SESSION_TOKEN: 'stray' }

describe('a session token', () => {
  for (const [what, given, name] of [
    ['the file', { file: filePair, env: stray }, 'file'],
    ['names of our own', { env: { ...ownPair, ...stray } }, 'own'],
    ['names of our own, beside a pair of AWS', { env: { ...ownPair, ...pairOf('env'), ...stray } }, 'own'],
    ['.env', { dotenv: pairOf('dotenv'), env: stray }, 'dotenv'],
    ['names of our own in .env', { dotenv: ownPair, env: stray }, 'own'],
    [
      '--set',
      { flags: { 's3.accessKeyId': 'id-flag', 's3.secretAccessKey': 'secret-flag' }, env: stray },
      'flag',
    ],
    ['the environment, and the token in .env', { env: pairOf('env'), dotenv: stray }, 'env'],
    [
      'the environment, and the token in the file',
      { env: pairOf('env'), file: { sessionToken: 't' } },
      'env',
    ],
    [
      'files of secrets',
      {
        env: {
          ...{ S3PROXY_S3_ACCESS_KEY_ID_FILE: '/id', S3PROXY_S3_SECRET_ACCESS_KEY_FILE: '/secret' },
          AWS_SESSION_TOKEN_FILE: '/token',
        },
        secretFiles: { '/id': 'id-own', '/secret': 'secret-own', '/token': 'stray' },
      },
      'own',
    ],
  ] as [string, Given, string][]) {
    it(`of another place does not go with a key pair of ${what}`, () => {
      const { keys, warnings, source } = resolve(given)
      assert.deepEqual(keys, [`id-${name}`, `secret-${name}`, undefined])
      assert.equal(source, undefined)
      assert.equal(warnings.filter((warning) => /s3\.sessionToken is not used/.test(warning)).length, 1)
      assert.doesNotMatch(warnings.join(), /stray|secret-/)
    })
  }

  for (const [what, given, name] of [
    ['the environment', { env: { ...pairOf('env'), AWS_SESSION_TOKEN: 'token-env' } }, 'env'],
    ['.env', { dotenv: { ...pairOf('dotenv'), AWS_SESSION_TOKEN: 'token-dotenv' }, env: stray }, 'dotenv'],
    ['the file', { file: { ...filePair, sessionToken: 'token-file' }, env: stray }, 'file'],
    [
      'names of our own',
      { env: { ...ownPair, S3PROXY_S3_SESSION_TOKEN: 'token-own', ...stray, ...pairOf('env') } },
      'own',
    ],
    [
      'the environment, whatever our own name says',
      { env: { ...pairOf('env'), AWS_SESSION_TOKEN: 'token-env', S3PROXY_S3_SESSION_TOKEN: 'other' } },
      'env',
    ],
    [
      'files of secrets of AWS',
      {
        env: {
          AWS_ACCESS_KEY_ID: 'id-env',
          AWS_SECRET_ACCESS_KEY_FILE: '/secret',
          AWS_SESSION_TOKEN_FILE: '/t',
        },
        secretFiles: { '/secret': 'secret-env', '/t': 'token-env' },
      },
      'env',
    ],
  ] as [string, Given, string][]) {
    it(`of the same place goes with a key pair of ${what}`, () => {
      const { keys, warnings } = resolve(given)
      assert.deepEqual(keys, [`id-${name}`, `secret-${name}`, `token-${name}`])
      assert.deepEqual(warnings, [])
    })
  }

  it('of our own may stand elsewhere than the pair of our own', () => {
    const { keys, warnings } = resolve({ file: filePair, env: { S3PROXY_S3_SESSION_TOKEN: 'token' } })
    assert.deepEqual(keys, ['id-file', 'secret-file', 'token'])
    assert.deepEqual(warnings, [])
  })
})

describe('a session token of --set', () => {
  it('goes with any key pair', () => {
    const { keys, warnings } = resolve({ env: pairOf('env'), flags: { 's3.sessionToken': 'token' } })
    assert.deepEqual(keys, ['id-env', 'secret-env', 'token'])
    assert.deepEqual(
      warnings.filter((warning) => /is not used/.test(warning)),
      [],
    )
  })
})

describe('an access key', () => {
  it('in two places is warned about', () => {
    const { warnings } = resolve({ file: filePair, env: { AWS_SECRET_ACCESS_KEY: 'stray' } })
    assert.deepEqual(warnings, [
      's3.accessKeyId is from s3proxy.json and s3.secretAccessKey from AWS_SECRET_ACCESS_KEY: S3 refuses them unless they belong together',
    ])
  })
})
