import type { ObjectKey } from './key.ts'

/** Tells whether an object is sandboxed in browsers. */
export type IsSandboxed = (key: ObjectKey) => boolean

/**
 * Creates the rule of a setting.
 *
 * @param setting the rule for all objects, or the decoded prefixes of paths, beginning with `/`, below which nothing is
 *   sandboxed. A prefix ends at the end of a segment: `/reports` does not cover `/reports2/a`
 * @param mountPath the path that the keys are below
 */
export function createSandboxRule(setting: boolean | readonly string[], mountPath = '/'): IsSandboxed {
  if (typeof setting === 'boolean') return () => setting
  const trusted = setting.map((path) => path.slice(1))
  const base = mountPath.slice(1)
  return (key) => {
    const path = base + key
    return !trusted.some((prefix) => path.startsWith(prefix) && endsSegment(path, prefix.length))
  }
}

function endsSegment(path: string, length: number): boolean {
  return length === 0 || path[length - 1] === '/' || length === path.length || path[length] === '/'
}
