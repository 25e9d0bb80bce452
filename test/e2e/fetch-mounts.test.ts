import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { run } from '../helpers/proxy/run-program.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

describe('s3proxy fetch --mount NAME KEY', () => {
  let folder: string
  let [docs, films] = [] as unknown as [S3StandIn, S3StandIn]

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 's3proxy-fetch-mounts-'))
    docs = await startS3StandIn({ bucket: 'docs' })
    films = await startS3StandIn({ bucket: 'films', secretAccessKey: 'another/secret' })
    docs.put('a', { body: 'a of docs' })
    films.put('cut/a', { body: 'a of films' })
    films.put('cut//a b%2F', { body: 'odd' })
  })
  after(async () => {
    await Promise.all([docs.close(), films.close()])
    rmSync(folder, { recursive: true })
  })

  const placeOf = ({ region, endpoint, accessKeyId, secretAccessKey }: S3StandIn, prefix = '') => ({
    ...{ region, endpoint: endpoint + prefix, accessKeyId, secretAccessKey },
  })
  const both = () => ({
    docs: { path: '/', ...placeOf(docs) },
    films: { path: '/films/', host: 'films.example.com', ...placeOf(films, 'cut/') },
  })
  const fetch = (mounts: object, ...args: string[]) => {
    const file = join(folder, 's3proxy.json')
    writeFileSync(file, JSON.stringify({ s3: { region: 'eu-west-2' }, mounts }))
    return run(['fetch', '--config', file, ...args])
  }

  it('takes the key that stands behind the path of that mount', async () => {
    for (const [mount, key, body] of [
      ['docs', 'a', 'a of docs'],
      ['films', 'a', 'a of films'],
      ['films', '/a b%2F', 'odd'],
    ] as const) {
      const { status, stdout, stderr } = await fetch(both(), '--mount', mount, key)
      assert.deepEqual([status, stdout.toString(), stderr], [0, body, ''], key)
    }
  })

  it('lists the mounts that there are, for another name and for none, and exits 2', async () => {
    for (const args of [['--mount', 'film', 'a'], ['a']]) {
      const { status, stdout, stderr } = await fetch(both(), ...args)
      assert.deepEqual(
        [status, stdout.length, stderr],
        [2, 0, 's3proxy: expected --mount with the name of a mount: docs, films\n'],
      )
    }
  })

  it('needs no name for the only mount', async () => {
    const { films: only } = both()
    const { status, stdout } = await fetch({ only }, 'a')
    assert.deepEqual([status, stdout.toString()], [0, 'a of films'])
  })

  it('names the options of the mount, and those of s3 where it inherits them', async () => {
    const { docs: one, films: two } = both()
    const wrong = { ...two, secretAccessKey: 'wrong' }
    const refused = await fetch({ docs: one, films: wrong }, '--mount', 'films', 'a')
    assert.equal(refused.status, 1)
    assert.match(refused.stderr, /check mounts\.films\.accessKeyId and mounts\.films\.secretAccessKey, /)
    assert.ok(!/\bs3\.\w/.test(refused.stderr), refused.stderr)
    const file = join(folder, 'inherits.json')
    const { accessKeyId, region, endpoint } = placeOf(docs)
    const content = {
      s3: { region, accessKeyId, secretAccessKey: 'wrong' },
      mounts: { docs: { path: '/', endpoint } },
    }
    writeFileSync(file, JSON.stringify(content))
    const inherited = await run(['fetch', '--config', file, 'a'])
    assert.equal(inherited.status, 1)
    assert.match(inherited.stderr, /s3\.accessKeyId and s3\.secretAccessKey \(/)
    assert.ok(!inherited.stderr.includes('mounts.'), inherited.stderr)
  })
})
