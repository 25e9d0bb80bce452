import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'

/** Our environment without the variables that npm sets for its scripts; they make an inner npm install into this clone. */
export const npmEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^npm_(?!config_)|^npm_config_.*prefix$|^npm_config_(?:global|location|omit)$/.test(name),
  ),
)

/** Packs this clone, without scripts, as `prepack` would build: the tests have built already. */
export function packInto(folder: string): { filename: string; paths: string[] } {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const { status, stdout, stderr } = spawnSync('npm', args, {
    env: npmEnv,
    encoding: 'utf8',
    timeout: 100_000,
  })
  assert.equal(status, 0, stderr)
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
  return { filename, paths: files.map(({ path }) => path) }
}
