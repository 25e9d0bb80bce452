import { readFileSync } from 'node:fs'

/** Which build this is. */
export interface Version {
  /** Of the package. */
  version: string
  /** Of git, abbreviated, with `-dirty` when files had been changed; `unknown` when it was not built in a clone. */
  commit: string
}

export function readVersion(): Version {
  const { version } = readJson('../../../package.json') as { version: string }
  return { version, commit: commitOfBuild() }
}

/** `0.1.0 (abc1234)` */
export function formatVersion({ version, commit }: Version): string {
  return `${version} (${commit})`
}

function commitOfBuild(): string {
  try {
    return (readJson('../../build-info.json') as { commit: string }).commit
  } catch {
    // Run from its source, or built by the compiler alone.
    return 'unknown'
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
}
