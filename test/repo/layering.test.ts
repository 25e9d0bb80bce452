import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { describe, it } from 'node:test'

const layers = readFileSync('CONTRIBUTING.md', 'utf8')
  .split(/<!-- \/?layers.*-->/)[1]
  ?.match(/^\d+\. `[\w/-]+`/gm)
  ?.map((line) => line.replace(/^\d+\. |`/g, ''))

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const textOf = new Map(files.map((file) => [file, readFileSync(`src/${file}`, 'utf8')]))
const imports = files.flatMap((file) =>
  [...(textOf.get(file) ?? '').matchAll(/(?:\bfrom|\bimport\(?)\s*'([^']+)'/g)].map(([, specifier = '']) => ({
    file,
    specifier,
    target: specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : undefined,
  })),
)
/** The layer of a file. A folder below a folder is a layer of its own. */
const layerOf = (file: string) => (file.includes('/') ? posix.dirname(file) : file.replace(/\.ts$/, ''))

describe('the layers of src', () => {
  it('are those that CONTRIBUTING.md lists', () => {
    assert.deepEqual([...new Set(files.map(layerOf))].sort(), layers?.toSorted())
  })

  it('import only from those above them, and objects and sessions do not see each other', () => {
    const rank = (file: string) => layers?.indexOf(layerOf(file)) ?? -1
    const ofObjects = new Set(['s3', 'object', 'origin', 'origin/read-ahead'])
    const ofSessions = new Set(['store', 'issuer', 'session', 'sso', 'bearer', 'identity'])
    const arePeers = (one: string, other: string) =>
      (ofObjects.has(one) && ofSessions.has(other)) || (ofSessions.has(one) && ofObjects.has(other))
    const wrong = imports.filter(
      ({ file, target }) =>
        target !== undefined &&
        (rank(target) > rank(file) || !textOf.has(target) || arePeers(layerOf(file), layerOf(target))),
    )
    assert.deepEqual(wrong, [])
    assert.ok(imports.length > files.length, 'imports were found at all')
  })

  it('import each npm package in one file', () => {
    const users = new Map<string, Set<string>>()
    for (const { file, specifier, target } of imports) {
      if (target !== undefined || isBuiltin(specifier)) continue
      const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
      users.set(name, (users.get(name) ?? new Set()).add(file))
    }
    assert.deepEqual(
      [...users].filter(([, by]) => by.size > 1),
      [],
    )
    assert.ok(users.has('zod'))
  })

  it('keep process.env, process.exit and console to cli and config/load.ts', () => {
    const wrong = files.filter(
      (file) =>
        !file.startsWith('cli/') &&
        file !== 'config/load.ts' &&
        /\bprocess\.(?:env|exit)\b|\bconsole\./.test(textOf.get(file) ?? ''),
    )
    assert.deepEqual(wrong, [])
  })
})
