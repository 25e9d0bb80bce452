import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { describe, it } from 'node:test'

/** Packages that some configurations need, and that are loaded with the first use. */
const loadedLater = [
  'jose',
  'openid-client',
  'simple-oauth2',
  '@aws-sdk/client-s3',
  'prom-client',
  'pino-pretty',
]

describe('the program', () => {
  it('loads no package with its start that only some configurations need', () => {
    const packages = packagesOf('src/cli/main.ts', 'src/cli/serve/serve.ts', 'src/wiring/create-app.ts')
    assert.ok(packages.has('commander') && packages.has('cookie'), [...packages].join())
    assert.deepEqual(
      loadedLater.filter((name) => packages.has(name)),
      [],
    )
  })

  it('loads none for an object of a proxy, as long as there is a token', () => {
    assert.deepEqual([...packagesOf('src/cli/fetch/through/fetch-through.ts')], [])
    assert.equal(packagesOf('src/cli/fetch/fetch.ts').has('openid-client'), false)
  })
})

/** The packages that are loaded together with files. */
function packagesOf(...entries: string[]): Set<string> {
  const packages = new Set<string>()
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(staticImport))
      if (specifier.startsWith('.')) visit(posix.join(posix.dirname(file), specifier))
      else if (!isBuiltin(specifier)) packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier)
  }
  for (const entry of entries) visit(entry)
  return packages
}

/** Matches an import that is more than types. */
const staticImport = /^(?:import|export)\s(?!type\s)[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm
