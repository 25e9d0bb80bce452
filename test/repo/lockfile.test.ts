import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

interface LockedPackage {
  resolved?: string
  integrity?: string
  link?: boolean
  dev?: boolean
  optional?: boolean
  hasInstallScript?: boolean
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, LockedPackage>
}
const { '': root, ...locked } = packages
const manifest = JSON.parse(readFileSync('package.json', 'utf8'))

describe('package-lock.json', () => {
  it('is that of package.json', () => {
    const { dependencies, devDependencies, version } = manifest
    const told = root as unknown as Record<string, unknown>
    assert.deepEqual(
      { dependencies: told.dependencies, devDependencies: told.devDependencies, version: told.version },
      { dependencies, devDependencies, version },
    )
  })

  it('has every package from the configured or the public registry, and never without its hash', () => {
    const wrong = Object.entries(locked).filter(
      ([, { resolved = '', integrity = '' }]) =>
        !/^(?:https:\/\/registry\.npmjs\.org\/|$)/.test(resolved) || !integrity.startsWith('sha512-'),
    )
    assert.deepEqual(wrong, [])
    assert.ok(Object.keys(locked).length > 50)
  })

  it('has no package in production that runs a script when it is installed', () => {
    const scripted = Object.entries(locked).filter(([, { hasInstallScript }]) => hasInstallScript)
    assert.deepEqual(
      scripted.filter(([, { dev }]) => !dev).map(([path]) => path),
      [],
    )
    // Both are tools: esbuild checks its own binary, and fsevents is for macOS only.
    assert.deepEqual(
      scripted
        .map(([path]) => path.replace(/^.*node_modules\//, ''))
        .filter((name) => !/^(?:esbuild|fsevents)$/.test(name)),
      [],
    )
  })
})
