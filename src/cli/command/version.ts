import { readFileSync } from 'node:fs'

/** The version of this build. */
export interface Version {
  /** Version of the package. */
  version: string
  /** Abbreviated commit, with `-dirty` when files had been changed; `unknown` where it was not built in a clone. */
  commit: string
}

export function readVersion(): Version {
  const { version } = readJson('../../../package.json') as { version: string }
  return { version, commit: commitOfBuild() }
}

/** Writes the version as `0.1.0 (abc1234)`. */
export function formatVersion({ version, commit }: Version): string {
  return `${version} (${commit})`
}

function commitOfBuild(): string {
  try {
    return (readJson('../../build-info.json') as { commit: string }).commit
  } catch {
    // There is no such file where the program runs from its source, or was built by the compiler alone.
    return 'unknown'
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
}
