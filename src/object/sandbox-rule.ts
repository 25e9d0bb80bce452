import type { ObjectKey } from './key.ts'

/** Whether what an object's content does in a browser is kept within a sandbox. */
export type IsSandboxed = (key: ObjectKey) => boolean

/**
 * @param setting for all objects alike, or prefixes of their paths, decoded and beginning with `/`, below which
 *   nothing is sandboxed. A prefix ends where a segment does: `/reports` is not the beginning of `/reports2/a`.
 */
export function createSandboxRule(setting: boolean | readonly string[]): IsSandboxed {
  if (typeof setting === 'boolean') return () => setting
  const trusted = setting.map((path) => path.slice(1))
  return (key) => !trusted.some((prefix) => key.startsWith(prefix) && endsSegment(key, prefix.length))
}

function endsSegment(key: string, length: number): boolean {
  return length === 0 || key[length - 1] === '/' || length === key.length || key[length] === '/'
}
