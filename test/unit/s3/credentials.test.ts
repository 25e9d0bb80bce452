import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCredentialSource } from '../../../src/s3/credentials.ts'

const noChain = () => Promise.reject(new Error('the chain must not be asked'))

describe('createCredentialSource', () => {
  it('gives configured keys at once, and has no others', () => {
    const keys = { accessKeyId: 'AKID', secretAccessKey: 's', sessionToken: 't' }
    const source = createCredentialSource({ region: 'eu-west-2', ...keys }, noChain)
    assert.deepEqual(source.get(), keys)
    assert.equal(source.renew(), false)
  })

  it('asks the chain each time, which remembers, and for new ones only when S3 refused those', async () => {
    const asked: unknown[] = []
    let now = 0
    const source = createCredentialSource(
      { region: 'eu-west-2' },
      async () => async (options) => {
        asked.push(options?.forceRefresh === true)
        return { accessKeyId: `AKID${asked.length}`, secretAccessKey: 's' }
      },
      () => now,
    )
    await source.get()
    assert.equal(source.renew(), true)
    assert.equal((await source.get()).accessKeyId, 'AKID2')
    assert.equal(source.renew(), true)
    await source.get()
    now = 10_000
    source.renew()
    await source.get()
    await source.get()
    assert.deepEqual(asked, [false, true, false, true, false])
  })

  it('reads what does not expire anew every two minutes, and goes on with the old meanwhile', async () => {
    let now = 0
    const forced: (() => void)[] = []
    let held = 'AKID1'
    let inFile: string | undefined = 'AKID1'
    // This chain caches as the SDK's does, and caches the result of a forced renewal too.
    const chain = async (options?: { forceRefresh?: boolean }) => {
      if (options?.forceRefresh === true) {
        await new Promise<void>((resolve) => forced.push(resolve))
        if (inFile === undefined) throw new Error('no file')
        held = inFile
      }
      return { accessKeyId: held, secretAccessKey: 's' }
    }
    const source = createCredentialSource(
      { region: 'eu-west-2' },
      async () => chain,
      () => now,
    )
    const idOf = async () => (await source.get()).accessKeyId
    assert.equal(await idOf(), 'AKID1')
    now = 119_999
    await idOf()
    assert.equal(forced.length, 0)
    now = 120_000
    inFile = 'AKID2'
    assert.equal(await idOf(), 'AKID1')
    await idOf()
    assert.equal(forced.length, 1)
    forced[0]?.()
    await new Promise(setImmediate)
    assert.equal(await idOf(), 'AKID2')
    // A file that is missing for a moment changes nothing.
    now = 240_000
    inFile = undefined
    await idOf()
    forced[1]?.()
    await new Promise(setImmediate)
    assert.equal(await idOf(), 'AKID2')
    assert.equal(forced.length, 2)
  })

  it('leaves what expires to the chain', async () => {
    let now = 0
    const asked: unknown[] = []
    const chain = async (options?: { forceRefresh?: boolean }) => {
      asked.push(options?.forceRefresh === true)
      return { accessKeyId: 'AKID', secretAccessKey: 's', expiration: new Date(2100, 1) }
    }
    const source = createCredentialSource(
      { region: 'eu-west-2' },
      async () => chain,
      () => now,
    )
    for (let round = 0; round < 5; round++) {
      await source.get()
      now += 1_000_000
    }
    assert.deepEqual(asked, [false, false, false, false, false])
  })

  it('says what to do when the chain has none', async () => {
    const source = createCredentialSource({ region: 'eu-west-2' }, async () => async () => {
      throw new Error('Could not load credentials from any providers')
    })
    await assert.rejects(async () => source.get(), {
      code: 'S3_CREDENTIALS',
      message: /AWS_ACCESS_KEY_ID.*role.*Could not load/,
    })
  })

  it('asks a new chain once one has been silent for too long', async () => {
    let chains = 0
    const source = createCredentialSource(
      { region: 'eu-west-2' },
      async () => {
        const isSilent = ++chains === 1
        return async () => (isSilent ? new Promise(() => {}) : { accessKeyId: 'AKID', secretAccessKey: 's' })
      },
      () => 0,
      20,
    )
    void source.get()
    while (chains < 2) {
      await sleep(5)
      void source.get()
    }
    assert.equal((await source.get()).accessKeyId, 'AKID')
    assert.equal(chains, 2)
  })

  it("finds what the SDK's own chain finds", async () => {
    const before = { ...process.env }
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'AKIDENV',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
    })
    try {
      const { accessKeyId, sessionToken } = await createCredentialSource({ region: 'eu-west-2' }).get()
      assert.deepEqual([accessKeyId, sessionToken], ['AKIDENV', 'token'])
    } finally {
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
        if (before[name] === undefined) delete process.env[name]
        else process.env[name] = before[name]
      }
    }
  })
})
