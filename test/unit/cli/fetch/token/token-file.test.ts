import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { openTokenFile, type TokenFile } from '../../../../../src/cli/fetch/token/token-file.ts'
import { emptyFolder } from '../../../../helpers/config/file-with.ts'

const origin = 'https://assets.example.com'
const record = { origin, issuer: 'https://sso', clientId: 'terminal', scope: '', accessToken: 'secret' }
const { signal } = new AbortController()

function open(home: string, more: { origin?: string; clientId?: string } = {}): TokenFile {
  return openTokenFile({ env: { XDG_STATE_HOME: home }, origin, clientId: undefined, signal, ...more })
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe('openTokenFile', () => {
  it('keeps a token that nobody else can read, and leaves nothing else', async (t) => {
    const home = join(emptyFolder(t), 'not', 'there')
    const file = open(home)
    assert.equal(await file.read(), undefined)
    await file.write(record)
    await file.write({ ...record, accessToken: 'other' })
    assert.equal((await file.read())?.accessToken, 'other')
    assert.equal(dirname(file.path), join(home, 's3proxy'))
    assert.deepEqual([modeOf(file.path), modeOf(dirname(file.path))], ['600', '700'])
    assert.deepEqual(
      readdirSync(dirname(file.path)).map((name) => join(home, 's3proxy', name)),
      [file.path],
    )
    await file.remove()
    assert.equal(await file.read(), undefined)
  })

  it('has a file for each origin and each client', (t) => {
    const home = emptyFolder(t)
    const paths = [open(home), open(home, { origin: 'https://other' }), open(home, { clientId: 'own' })]
    assert.equal(new Set(paths.map(({ path }) => path)).size, 3)
    assert.equal(open(home).path, open(home).path)
  })

  it('lies below ~/.local/state where there is no XDG_STATE_HOME, or a relative one', () => {
    for (const env of [{ HOME: '/home/a' }, { HOME: '/home/a', XDG_STATE_HOME: 'here' }]) {
      const { path } = openTokenFile({ env, origin, clientId: undefined, signal })
      assert.equal(dirname(path), '/home/a/.local/state/s3proxy')
    }
  })

  it('takes broken contents and the token of another origin for none', async (t) => {
    const file = open(emptyFolder(t))
    await file.write({ ...record, origin: 'https://evil.example.com' })
    assert.equal(await file.read(), undefined)
    writeFileSync(file.path, '{')
    assert.equal(await file.read(), undefined)
  })

  for (const mode of [0o640, 0o604, 0o620]) {
    it(`refuses a file of mode ${mode.toString(8)}`, async (t) => {
      const file = open(emptyFolder(t))
      await file.write(record)
      chmodSync(file.path, mode)
      await assert.rejects(file.read(), /is not used: other users can use it \(mode 6\d\d\); chmod 600/)
    })
  }

  it('refuses a folder that others can use, also before it writes', async (t) => {
    const file = open(emptyFolder(t))
    await file.write(record)
    chmodSync(dirname(file.path), 0o755)
    await assert.rejects(file.read(), /other users can use it \(mode 755\); chmod 700/)
    await assert.rejects(file.write(record), /chmod 700/)
  })

  it('refuses a link, to a file or to a folder', async (t) => {
    const home = emptyFolder(t)
    const file = open(home)
    await file.write(record)
    renameSync(file.path, join(home, 'elsewhere'))
    symlinkSync(join(home, 'elsewhere'), file.path)
    await assert.rejects(file.read(), /is not used: it is a link/)
    const other = emptyFolder(t)
    symlinkSync(join(home, 's3proxy'), join(other, 's3proxy'))
    await assert.rejects(open(other).read(), /it is no folder of its own/)
  })

  it('replaces a link, and does not write through it', async (t) => {
    const home = emptyFolder(t)
    const file = open(home)
    mkdirSync(dirname(file.path), { mode: 0o700 })
    writeFileSync(join(home, 'target'), 'untouched')
    symlinkSync(join(home, 'target'), file.path)
    await file.write(record)
    assert.equal(readFileSync(join(home, 'target'), 'utf8'), 'untouched')
    assert.equal((await file.read())?.accessToken, 'secret')
  })
})
