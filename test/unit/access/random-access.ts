import type { Action } from '../../../src/access/rule.ts'
import { actions } from '../../../src/access/rule.ts'
import type { Person } from '../../../src/person/person.ts'
import { createRandom } from '../../helpers/random.ts'
import type { NaiveOptions, NaivePeople, NaiveRule } from './naive.ts'

/** Makes random rules, people and paths that meet often. The same seed makes the same ones. */
export function createRandomAccess(seed: number) {
  const { next: random, below, pick } = createRandom(seed)
  const some = <T>(from: readonly T[], most: number): T[] =>
    Array.from({ length: 1 + below(most) }, () => pick(from))
  const maybe = <T>(share: number, make: () => T): T | undefined => (random() < share ? make() : undefined)

  /** Patterns that all rules are made of, where many rules have the same ones. */
  let pool: string[] | undefined
  const pattern = () => {
    if (pool !== undefined) return pick(pool)
    if (random() < 0.1) return '/**'
    const length = below(4)
    const segments = Array.from({ length }, () => pick(patternSegments))
    return `/${[...segments, pick(patternEnds)].join('/')}`
  }

  const people = (): NaivePeople => {
    if (random() < 0.2) return { everyone: true }
    if (random() < 0.1) return { anonymous: true }
    const one = {
      groups: maybe(0.6, () => some(groups, 2)),
      emails: maybe(0.2, () => some(lowerEmails, 2)),
      emailDomains: maybe(0.2, () => some(domains, 2)),
      ids: maybe(0.2, () => some(ids, 2)),
      claims: maybe(0.2, () => ({ [pick(['/site', '/level'])]: some(claimValues, 2) })),
    }
    const known = Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined))
    return Object.keys(known).length === 0 ? { everyone: true } : known
  }

  const rule = (_: unknown, index: number): NaiveRule => {
    const isDeny = random() < 0.35
    const to = isDeny && random() < 0.2 ? undefined : Array.from({ length: 1 + below(2) }, people)
    const unless = maybe(0.25, () => Array.from({ length: 1 + below(2) }, people))
    const limited = maybe(0.25, () => some<Action>(actions, 2))
    return {
      name: `rule ${index}`,
      [isDeny ? 'deny' : 'allow']: Array.from({ length: 1 + below(2) }, pattern),
      ...(to === undefined ? {} : { to }),
      ...(unless === undefined ? {} : { unless }),
      ...(limited === undefined ? {} : { actions: limited }),
      ...(random() < 0.3 ? { mount: some(['films', 'site'], 2) } : {}),
    }
  }

  return {
    options(): NaiveOptions {
      const hasGates = random() < 0.2
      const gates = hasGates
        ? { groups: some(groups, 2), ...(random() < 0.5 ? { emailDomains: domains } : {}) }
        : {}
      pool = undefined
      pool = maybe(0.05, () => [pattern(), pattern()])
      return { ...gates, rules: Array.from({ length: pool === undefined ? 1 + below(8) : 24 }, rule) }
    },
    person(): Person | undefined {
      if (random() < 0.12) return undefined
      return {
        id: maybe(0.8, () => pick(ids)),
        name: maybe(0.8, () => pick(pathSegments)),
        email: maybe(0.8, () => pick(emails)),
        emailVerified: pick([true, true, true, false, undefined]),
        groups: random() < 0.2 ? 'unknown' : random() < 0.1 ? [] : some(groups, 3),
        claims: maybe(0.85, () => ({
          ...(random() < 0.7 ? { site: pick<unknown>([...claimValues, ...pathSegments, claimValues]) } : {}),
          ...(random() < 0.7 ? { level: pick<unknown>([1, true, 'one', '..', 'a/b', '']) } : {}),
        })),
      }
    },
    action: () => pick(actions),
    mount: () => pick(mounts),
    path: () => Array.from({ length: 1 + below(4) }, () => pick(pathSegments)).join('/'),
    folder: () => Array.from({ length: below(3) }, () => `${pick(pathSegments)}/`).join(''),
  }
}

export type RandomAccess = ReturnType<typeof createRandomAccess>

/** Rules name the first two only. */
const mounts = ['films', 'site', 'other', undefined]
const groups = ['red', 'green', 'blue', 'Red']
const ids = ['a', 'b', '*', 'iss#a/b', '..', 'jo@x.org']
const emails = ['Jo@x.org', 'jo@x.org', 'al@Y.org', 'a@b@x.org', 'noone', 'jo@sub.x.org']
const lowerEmails = ['jo@x.org', 'al@y.org', 'jo@sub.x.org']
const domains = ['x.org', 'y.org']
const claimValues = ['one', 'two', '1', 'true']
/** The segments of paths; people are called like some of them. */
const pathSegments = ['a', 'b', 'ab', '', '*', 'a.b', 'Jo@x.org', '{id}', 'é', 'one', '1', 'true']
const patternSegments = [
  ...['a', 'b', '', 'é', '*', 'a*', '*b', '**', '**', 'a*b', '*.*'],
  ...['{id}', '{email}', '{name}', '{claim:/site}', '{claim:/level}', '{ID}'],
]
const patternEnds = ['**', '**', '*', 'a', 'b', '', '{name}', 'a*', '*.b']
