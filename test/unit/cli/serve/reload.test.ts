import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createReload, type ReloadOptions } from '../../../../src/cli/serve/reload.ts'
import type { Resolved } from '../../../../src/config/resolve.ts'
import type { Config } from '../../../../src/config/schema/config-schema.ts'
import { leastEnv, resolve } from '../../../helpers/config/given.ts'

const loadedOf = (env: Record<string, string> = {}): Resolved =>
  resolve({
    env: { ...leastEnv, S3PROXY_SERVER_ALLOWED_HOSTS: 'a.example.com', REDIS_URL: 'redis://r', ...env },
  })

function start(read: () => Resolved, more: Partial<ReloadOptions> = {}) {
  const lines: { level: string; fields: object; message: string }[] = []
  const taken: Config[] = []
  const note = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message })
  const log: ReloadOptions['log'] = {
    level: 'info',
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
  }
  const first = loadedOf()
  const reload = createReload({
    running: first.config as Config,
    warnings: first.warnings,
    read,
    prepare: async (config) => ({ commit: () => void taken.push(config) }),
    log,
    ...more,
  })
  return { reload, lines, taken, log }
}

describe('createReload', () => {
  it('takes a valid configuration, and says which options have another value, and no value', async () => {
    const { reload, lines, taken, log } = start(() =>
      loadedOf({ SSO_CLIENT_SECRET: 'canary', S3PROXY_LOG_LEVEL: 'debug' }),
    )
    await reload()
    assert.equal(taken[0]?.sso.clientSecret, 'canary')
    assert.equal(log.level, 'debug')
    assert.deepEqual(lines, [
      {
        level: 'info',
        fields: { changed: ['sso.clientSecret', 'log.level'] },
        message: 'configuration read again: changed: sso.clientSecret, log.level',
      },
    ])
  })

  it('takes nothing of one with problems, and names all of them in one line, without a secret', async () => {
    const { reload, lines, taken, log } = start(() =>
      loadedOf({
        PORT: 'x',
        AWS_SECRET_ACCESS_KEY: ' canary ',
        SSO_CLIENT_ID: 'new',
        S3PROXY_LOG_LEVEL: 'debug',
      }),
    )
    await reload()
    assert.deepEqual([taken, log.level], [[], 'info'])
    assert.equal(lines.length, 1)
    const [{ level, message } = { level: '', message: '' }] = lines
    assert.equal(level, 'error')
    assert.match(message, /all of the old one stays: .*server\.port \(PORT\).*; s3\.secretAccessKey \(/)
    assert.ok(!message.includes('canary'))
  })

  it('takes nothing of one that cannot be made ready', async () => {
    const { reload, lines, taken, log } = start(() => loadedOf({ S3PROXY_LOG_LEVEL: 'debug' }), {
      prepare: () => Promise.reject(new Error('no connection to Redis')),
    })
    await reload()
    assert.deepEqual([taken, log.level, lines.length], [[], 'info', 1])
    assert.match(lines[0]?.message ?? '', /not taken.*no connection to Redis/)
  })

  it('compares with what it took last, and warns of what is new', async () => {
    const files = [
      { PORT: '81', SSO_CLIENT_ID: 'b' },
      { PORT: '8080' },
      { S3PROXY_TYPO: '1' },
      { S3PROXY_TYPO: '1' },
    ]
    const { reload, lines, taken } = start(() => loadedOf(files.shift() as Record<string, string>))
    for (let count = 0; count < 4; count++) await reload()
    assert.deepEqual(
      lines.map(({ level, message }) => `${level} ${message}`),
      [
        'info configuration read again: changed: sso.clientId',
        'warn only a restart changes server.port: the old values stay',
        'info configuration read again: changed: sso.clientId',
        'warn S3PROXY_TYPO is not an option',
        'info configuration read again: no option has another value',
        'info configuration read again: no option has another value',
      ],
    )
    assert.deepEqual(
      taken.map(({ server }) => server.port),
      [8080, 8080, 8080, 8080],
    )
  })

  it('does one thing at a time, and once more for all that was asked meanwhile', async () => {
    let reads = 0
    const go: (() => void)[] = []
    const { reload, taken } = start(
      () => {
        reads++
        return loadedOf({ SSO_CLIENT_ID: `client-${reads}` })
      },
      {
        prepare: (config) =>
          new Promise((resolve) => {
            go.push(() => resolve({ commit: () => void taken.push(config) }))
          }),
      },
    )
    const all = [reload(), reload(), reload()]
    assert.equal(reads, 1)
    go.shift()?.()
    while (go.length === 0) await new Promise(setImmediate)
    assert.equal(reads, 2)
    go.shift()?.()
    await Promise.all(all)
    assert.deepEqual([reads, taken.at(-1)?.sso.clientId], [2, 'client-2'])
    const last = reload()
    assert.equal(reads, 3)
    go.shift()?.()
    await last
  })

  it('survives whatever reading throws', async () => {
    const { reload, lines } = start(() => {
      throw new Error('out of file descriptors')
    })
    await reload()
    assert.match(lines[0]?.message ?? '', /not taken.*out of file descriptors/)
  })
})
