import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mistake } from './mistakes.ts'

const clone = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Copies the build and makes the mistake in the copy.
 *
 * @param root the folder with `bin` and `dist`
 * @returns the program to start, and what removes it again
 * @throws Error when the build does not have a text exactly once; then the mistake is to be written anew
 */
export function breakBuild(
  { name, changes }: Pick<Mistake, 'name' | 'changes'>,
  root = clone,
): { file: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 's3proxy-broken-'))
  for (const part of ['dist', 'bin', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const files = readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => join(folder, 'dist', file))
  for (const { from, to } of changes) {
    const places = files.flatMap((file) => placesIn(file, from))
    const [place, ...more] = places
    if (place === undefined || more.length > 0) {
      remove()
      throw new Error(`${name}: the build has this text ${places.length} times instead of once: ${from}`)
    }
    const { file, text, start, end } = place
    writeFileSync(file, text.slice(0, start) + to + text.slice(end))
  }
  return { file: join(folder, 'bin/s3proxy.js'), remove }
}

interface Place {
  file: string
  text: string
  start: number
  end: number
}

/** Where the words of `from` stand in a file, however it is indented and wherever its lines break. */
function placesIn(file: string, from: string): Place[] {
  const text = readFileSync(file, 'utf8')
  const words = from.trim().split(/\s+/).map(escapeForPattern)
  return [...text.matchAll(new RegExp(words.join('\\s+'), 'g'))].map(({ 0: match, index }) => ({
    ...{ file, text, start: index, end: index + match.length },
  }))
}

function escapeForPattern(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
