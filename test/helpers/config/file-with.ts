import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** Makes an empty folder, which is removed after the test. */
export function emptyFolder(t: Pick<TestContext, 'after'>): string {
  const folder = mkdtempSync(join(tmpdir(), 's3proxy-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes a file that only its owner can read, alone in a folder, which is removed after the test. @returns its path */
export function fileWith(t: Pick<TestContext, 'after'>, content: string | Buffer, name = 'file'): string {
  const path = join(emptyFolder(t), name)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}
