import type { ObjectKey } from './key.ts'

/** Tells whether an object is sandboxed in browsers. */
export type IsSandboxed = (key: ObjectKey) => boolean

/**
 * Creates the rule of a setting.
 *
 * @param setting the rule for all objects, or the decoded prefixes of paths, beginning with `/`, below which nothing is
 *   sandboxed. A prefix ends at the end of a segment: `/reports` does not cover `/reports2/a`
 */
export function createSandboxRule(setting: boolean | readonly string[]): IsSandboxed {
  if (typeof setting === 'boolean') return () => setting
  const trusted = setting.map((path) => path.slice(1))
  return (key) => !trusted.some((prefix) => key.startsWith(prefix) && endsSegment(key, prefix.length))
}

function endsSegment(key: string, length: number): boolean {
  return length === 0 || key[length - 1] === '/' || length === key.length || key[length] === '/'
}
