import type { Pattern } from '../../access/pattern.ts'
import { unusedRules } from '../../access/unused-rules.ts'
import { isReservedKey } from '../../http/own-paths.ts'
import { maxKeyBytes } from '../../s3/max-key-bytes.ts'
import type { Values } from '../schema/config-schema.ts'
import { comparedDecoded, looksEncoded } from './decoded-path.ts'
import type { Findings } from './findings.ts'
import { createMisfits, unknownMountOf } from './rule-mounts.ts'

/** Checks rules together, and warns of those that do nothing, or something else than they seem to. */
export function checkAccess(
  { rules = [] }: NonNullable<Values['access']>,
  { sso: { issuer, userClaim } = {}, mounts = {} }: Values,
  { report, warn }: Findings,
): void {
  const hasIssuerInId = issuer !== undefined && userClaim === undefined
  const misfitOf = createMisfits(mounts)
  const places = new Map<string, number>()
  for (const [index, rule] of rules.entries()) {
    const before = places.get(rule.name)
    if (before === undefined) places.set(rule.name, index)
    else
      report({
        path: placeOf(index),
        message: `expected a name that no other rule has: ${placeOf(before)} is ${quote(rule.name)}, too`,
      })
    const unknownMount = unknownMountOf(rule, mounts)
    if (unknownMount !== undefined) report({ path: placeOf(index), message: unknownMount })
    for (const pattern of [...(rule.allow ?? []), ...(rule.deny ?? [])]) {
      const oddity =
        oddityOf(pattern) ?? (hasIssuerInId ? oddityOfId(pattern) : undefined) ?? misfitOf(rule, pattern)
      if (oddity !== undefined) warn(`${placeOf(index)} ${quote(rule.name)}: ${pattern.text} ${oddity}`)
    }
  }
  for (const { index, name, reason, by } of unusedRules(rules)) {
    const effect =
      reason === 'denied'
        ? `allows nothing, because ${quote(by)} denies all of it`
        : `changes nothing, because ${quote(by)} covers all of it`
    warn(`${placeOf(index)} ${quote(name)} ${effect}`)
  }
}

function placeOf(index: number): string {
  return `access.rules[${index}]`
}

function quote(text: string): string {
  return JSON.stringify(text)
}

/** Says what is odd about a pattern; `undefined` where nothing is. */
function oddityOf({ text, segments }: Pattern): string | undefined {
  if (isReservedKey(text.slice(1))) return 'never fits, because that path is a page of s3proxy'
  const literals = segments.map((segment) => (segment.kind === 'literal' ? segment.text : ''))
  if (Buffer.byteLength(literals.join('')) > maxKeyBytes)
    return `never fits, because no key is longer than ${maxKeyBytes} bytes`
  if (literals.some(looksEncoded)) return comparedDecoded
  const unknown = literals.find((literal) => /^\{(?:[a-z]+\}|claim:)/i.test(literal))
  if (unknown !== undefined)
    return `has ${unknown}, which is taken for itself: there are {id}, {email}, {name} and {claim:…}`
  return undefined
}

/** Says what is odd about a pattern with an id, where ids have the issuer in them. */
function oddityOfId({ segments }: Pattern): string | undefined {
  const hasId = segments.some((segment) => segment.kind === 'placeholder' && segment.placeholder === 'id')
  return hasId
    ? 'never fits, because with sso.issuer an id has a / in it: take {claim:/sub}, or set sso.userClaim'
    : undefined
}
