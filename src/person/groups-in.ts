import { trueNamesIn } from './true-names-in.ts'

/**
 * Reads the groups of a claim: a list of texts, one text, or an object whose values are all `true`.
 *
 * @returns `unknown` for anything else, also for a list in which something is no text
 */
export function groupsIn(claim: unknown): readonly string[] | 'unknown' {
  if (typeof claim === 'string') return [claim]
  if (Array.isArray(claim)) return isTexts(claim) ? claim : 'unknown'
  if (typeof claim !== 'object' || claim === null) return 'unknown'
  return trueNamesIn(claim) ?? 'unknown'
}

export function isTexts(list: readonly unknown[]): list is readonly string[] {
  return list.every((member) => typeof member === 'string')
}
