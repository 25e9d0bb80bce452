import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAccess } from '../../../src/access/create-access.ts'
import { parsePattern } from '../../../src/access/pattern.ts'
import { actions, type Rule } from '../../../src/access/rule.ts'
import type { Person } from '../../../src/person/person.ts'
import { type NaiveOptions, naiveDecide } from './naive.ts'
import { createRandomAccess } from './random-access.ts'

/** A million comparisons, and a run that takes well under a minute. `ACCESS_SEED` repeats one. */
const comparisons = 1_000_000
const seed = Number(process.env.ACCESS_SEED ?? Math.floor(Math.random() * 2 ** 32))

/** The rules as the configuration parses them. */
function parsedOptions({ rules, ...gates }: NaiveOptions) {
  const parse = (patterns: string[] | undefined) =>
    patterns?.map((text) => {
      const pattern = parsePattern(text)
      if (typeof pattern === 'string') throw new Error(`${text}: ${pattern}`)
      return pattern
    })
  return {
    ...gates,
    rules: rules.map((rule): Rule => ({ ...rule, allow: parse(rule.allow), deny: parse(rule.deny) })),
  }
}

describe('decide and cover', () => {
  it(`never contradict a naive writing of the rules, nor each other (seed ${seed})`, () => {
    const random = createRandomAccess(seed)
    const kinds = { allowed: 0, denied: 0, challenge: 0 }
    const covers = { all: 0, some: 0, none: 0 }
    let compared = 0
    while (compared < comparisons) {
      const options = random.options()
      const access = createAccess(parsedOptions(options))
      for (let people = 0; people < 4; people++) {
        const person = random.person()
        const naive = naiveDecide(options, person)
        const told = () => `seed ${seed}: ${JSON.stringify({ options, person })}`
        for (let paths = 0; paths < 40; paths++) {
          const [action, path, mount] = [random.action(), random.path(), random.mount()]
          const { kind } = access.decide(person, action, path, mount)
          const expected = naive(action, path, mount)
          if (kind !== expected)
            assert.fail(`${action} /${path} in ${mount}: ${kind}, and not ${expected}; ${told()}`)
          kinds[kind]++
          compared++
        }
        const [action, folder, mount] = [random.action(), random.folder(), random.mount()]
        const cover = access.cover(person, action, folder, mount)
        covers[cover]++
        if (cover === 'some') continue
        for (let paths = 0; paths < 60; paths++) {
          const path = folder + random.path()
          if ((naive(action, path, mount) === 'allowed') !== (cover === 'all'))
            assert.fail(
              `${action} /${path} in ${mount}, where ${cover} below /${folder} is allowed; ${told()}`,
            )
          compared++
        }
      }
    }
    // The rules and the paths meet: each outcome is common.
    for (const count of Object.values(kinds)) assert.ok(count > comparisons / 100, JSON.stringify(kinds))
    for (const count of Object.values(covers)) assert.ok(count > comparisons / 2000, JSON.stringify(covers))
  })

  it(`say all and none wherever that is so, where there is one rule (seed ${seed})`, () => {
    const random = createRandomAccess(seed ^ 0x5eed)
    const covers = { all: 0, some: 0, none: 0 }
    for (let round = 0; round < 150; round++) {
      const { rules, ...gates } = random.options()
      const options = { ...gates, rules: rules.slice(0, 1) }
      const access = createAccess(parsedOptions(options))
      const person = random.person()
      const naive = naiveDecide(options, person)
      const paths = pathsOfFour([...segmentsOf(options, person)])
      const mount = random.mount()
      for (const action of actions) {
        const outcomes = new Set(paths.map((path) => naive(action, path, mount) === 'allowed'))
        const expected = outcomes.size === 2 ? 'some' : outcomes.has(true) ? 'all' : 'none'
        const cover = access.cover(person, action, '', mount)
        covers[cover]++
        assert.equal(cover, expected, `seed ${seed}: ${JSON.stringify({ options, person })}`)
      }
    }
    for (const count of Object.values(covers)) assert.ok(count > 0, JSON.stringify(covers))
  })
})

/** Segments for every way in which the patterns of some rules can fit. */
function segmentsOf({ rules }: NaiveOptions, person: Person | undefined): Set<string> {
  const { id, email, name, claims = {} } = person ?? {}
  const segments = new Set(['x', 'a', 'b', 'ab', '', 'a.b'])
  const text = JSON.stringify(rules)
  for (const literal of ['é', '{ID}']) if (text.includes(literal)) segments.add(literal)
  const told = {
    '{id}': id,
    '{email}': email,
    '{name}': name,
    '{claim:/site}': claims.site,
    '{claim:/level}': claims.level,
  }
  for (const [placeholder, value] of Object.entries(told))
    if (text.includes(placeholder) && value !== undefined && !String(value).includes('/'))
      segments.add(String(value))
  return segments
}

/** Every path of up to four segments. */
function pathsOfFour(segments: readonly string[]): string[] {
  let paths = segments
  for (let length = 1; length < 4; length++)
    paths = [...segments, ...paths.flatMap((path) => segments.map((segment) => `${path}/${segment}`))]
  return [...new Set(paths)]
}
