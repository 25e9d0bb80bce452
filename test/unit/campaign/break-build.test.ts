import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { breakBuild } from '../../campaign/break-build.ts'
import { mistakes } from '../../campaign/mistakes.ts'
import { emptyFolder } from '../../helpers/config/file-with.ts'

describe('breakBuild', () => {
  for (const mistake of mistakes)
    it(`still finds the places of the mistake '${mistake.name}'`, () => breakBuild(mistake).remove())

  it('changes a text in whichever file it stands, however it is indented, and only in the copy', (t) => {
    const text = 'const a = 1\n    if (a === 1 &&\n\tb) go($1)\n'
    const root = makeBuild(t, { 'a.js': 'other\n', 'deep/room/b.js': text })
    const changes = [{ from: 'if (a === 1 && b) go($1)', to: 'go($&)' }]
    const { file, remove } = breakBuild({ name: 'x', changes }, root)
    const copy = join(file, '../../dist')
    assert.equal(readFileSync(join(copy, 'deep/room/b.js'), 'utf8'), 'const a = 1\n    go($&)\n')
    assert.equal(readFileSync(join(copy, 'a.js'), 'utf8'), 'other\n')
    assert.equal(readFileSync(join(root, 'dist/deep/room/b.js'), 'utf8'), text)
    remove()
    assert.throws(() => readFileSync(file))
  })

  it('refuses a text that is not there, or there twice, with the name of the mistake', (t) => {
    const root = makeBuild(t, { 'a.js': 'go()\n', 'b.js': 'go() || stop()\n' })
    const attempt = (from: string) => () =>
      breakBuild({ name: 'no brakes', changes: [{ from, to: '' }] }, root)
    assert.throws(
      attempt('halt()'),
      /^Error: no brakes: the build has this text 0 times instead of once: halt\(\)$/,
    )
    assert.throws(
      attempt('go()'),
      /^Error: no brakes: the build has this text 2 times instead of once: go\(\)$/,
    )
    // A word that is part of another word is another text.
    assert.throws(attempt('go() ||stop()'), / 0 times /)
  })
})

function makeBuild(t: TestContext, files: Record<string, string>): string {
  const root = emptyFolder(t)
  for (const folder of ['bin', 'dist/deep/room']) mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, 'package.json'), '{}')
  writeFileSync(join(root, 'bin/s3proxy.js'), '')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'dist', name), text)
  return root
}
