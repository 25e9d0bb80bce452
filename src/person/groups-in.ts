import { trueNamesIn } from './true-names-in.ts'

/**
 * Reads the groups of a claim: a list of texts, one text, or an object whose values are all `true`.
 *
 * @returns `unknown` for anything else, also for a list in which something is no text
 */
export function groupsIn(claim: unknown): readonly string[] | 'unknown' {
  if (typeof claim === 'string') return [claim]
  if (isTexts(claim)) return claim
  if (Array.isArray(claim) || typeof claim !== 'object' || claim === null) return 'unknown'
  return trueNamesIn(claim) ?? 'unknown'
}

/** Tells lists of nothing but texts. */
export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string')
}
