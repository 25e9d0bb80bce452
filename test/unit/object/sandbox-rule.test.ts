import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ObjectKey } from '../../../src/object/key.ts'
import { createSandboxRule } from '../../../src/object/sandbox-rule.ts'

describe('createSandboxRule', () => {
  it('is the same for all objects, or trusts what is below a path, up to the end of a segment', () => {
    for (const [setting, key, isSandboxed] of [
      [true, 'a.html', true],
      [false, 'a.html', false],
      [['/reports/'], 'reports/a.html', false],
      [['/reports/'], 'reports/2026/a.html', false],
      [['/reports/'], 'reports', true],
      [['/reports'], 'reports/a.html', false],
      [['/reports'], 'reports', false],
      [['/reports'], 'reports2/a.html', true],
      [['/reports'], 'Reports/a.html', true],
      [['/reports'], '/reports/a.html', true],
      [['/reports'], 'x/reports/a.html', true],
      [['/a b', '/ü/'], 'ü/x.svg', false],
      [['/a b', '/ü/'], 'a b/x.svg', false],
      [['/'], 'any/a.html', false],
    ] as const)
      assert.equal(createSandboxRule(setting)(key as ObjectKey), isSandboxed, `${setting} ${key}`)
  })

  it('compares prefixes with the whole path of a key below a mount', () => {
    const isSandboxed = createSandboxRule(['/docs/open/'], '/docs/')
    assert.equal(isSandboxed('open/a' as ObjectKey), false)
    assert.equal(isSandboxed('docs/open/a' as ObjectKey), true)
  })
})
