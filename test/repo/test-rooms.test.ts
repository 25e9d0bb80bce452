import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, it } from 'node:test'

/** The rooms that a room may import from, beside itself, `helpers` and `fixtures`. */
const neighbours: Record<string, string[]> = {
  // Every store passes one suite.
  integration: ['contract'],
  unit: ['contract', 'bench', 'campaign', 'tools'],
  // A browser shows the pages of the demo.
  browser: ['demo'],
  // Documentation is compared with the text that the tools write.
  repo: ['tools'],
}

describe('the rooms of test/', () => {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const imports = files.flatMap((file) =>
    [...readFileSync(join('test', file), 'utf8').matchAll(/ from '(\.[^']+)'/g)].map(([, path = '']) => ({
      file,
      target: normalize(join(dirname(file), path)),
    })),
  )

  it('import from no other room but these', () => {
    const wrong = imports.filter(({ file, target }) => {
      const [room, other] = [roomOf(file), roomOf(target)]
      const isOutside = target.startsWith('..')
      return !isOutside && ![room, 'helpers', 'fixtures', ...(neighbours[room] ?? [])].includes(other)
    })
    assert.deepEqual(wrong, [])
  })

  it('need each of these exceptions', () => {
    for (const [room, others] of Object.entries(neighbours))
      for (const other of others)
        assert.ok(
          imports.some(({ file, target }) => roomOf(file) === room && roomOf(target) === other),
          `${room} imports from ${other}`,
        )
  })

  it('have each file that the documentation names', () => {
    const pages = ['README.md', 'CONTRIBUTING.md']
    for (const file of readdirSync('docs', { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.md')) pages.push(join('docs', file))
    const named = pages.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\btest\/[\w./-]+\.(?:ts|mjs|md)\b/g)].map(([path]) => ({
        page,
        path,
      })),
    )
    assert.ok(named.length > 5)
    assert.deepEqual(
      named.filter(({ path }) => !existsSync(path)),
      [],
    )
  })
})

function roomOf(path: string): string {
  return path.split('/')[0] ?? ''
}
