import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAccess } from '../../../src/access/create-access.ts'
import { personWith, rulesOf, type WrittenRule } from '../../helpers/access/rules.ts'
import { exposeGarbageCollector } from '../../helpers/machine/garbage.ts'

const collectGarbage = exposeGarbageCollector()

const everyone = [{ everyone: true }] as const
const many = (count: number, rule: (index: number) => WrittenRule) =>
  createAccess({ rules: rulesOf(...Array.from({ length: count }, (_, index) => rule(index))) })

/** The CPU time of one decision in microseconds: the least of several rounds, because the machine does other things too. */
function costOf({ decide }: ReturnType<typeof createAccess>, path: string): number {
  const person = personWith()
  const decisions = 20_000
  const rounds = Array.from({ length: 8 }, () => {
    const startedAt = process.cpuUsage()
    for (let count = 0; count < decisions; count++) decide(person, 'read', path, undefined)
    const { user, system } = process.cpuUsage(startedAt)
    return (user + system) / decisions
  })
  return Math.min(...rounds)
}

describe('the cost of rules', () => {
  for (const [what, path, rule] of [
    [
      'a folder for each team',
      'teams/500/2026/plan.pdf',
      (index) => ({ allow: [`/teams/${index}/**`], to: [{ groups: [`g${index}`, 'staff'] }] }),
    ],
    [
      'one folder for a thousand groups',
      'shared/a/b.pdf',
      (index) => ({ allow: ['/shared/**'], to: [{ groups: [`g${index}`] }] }),
    ],
    [
      'a thousand endings that are denied',
      'a/b/c/d.pdf',
      (index) => ({ deny: [`/**/${index}.key`], to: everyone }),
    ],
    [
      'a thousand names with a part that is free, in one folder',
      'x/report-2026-500.pdf',
      (index) => ({ allow: [`/x/report-*-${index}.pdf`], to: everyone }),
    ],
    ['a thousand such names in every folder', 'a/b/c/500-x.pdf', (index) => ({ deny: [`/**/${index}-*`] })],
    [
      'the own folder, a thousand times',
      'people/jo/a',
      (index) => ({ allow: [`/${index}/{id}/**`], to: everyone }),
    ],
  ] as [string, string, (index: number) => WrittenRule][]) {
    it(`is at most 5 µs of CPU for a request, with a thousand rules: ${what}`, (t) => {
      const cost = costOf(many(1000, rule), path)
      t.diagnostic(`${cost.toFixed(2)} µs`)
      assert.ok(cost <= 5, `${cost} µs`)
    })
  }

  it('leaves no memory behind with the people who stay', () => {
    const person = personWith()
    const dropped = Array.from({ length: 3 }, () => {
      const access = many(10_000, (index) => ({
        allow: [`/teams/${index}/{id}/**`],
        to: [{ groups: [`g${index}`] }],
      }))
      assert.equal(access.decide(person, 'read', 'teams/1/jo/a', undefined).kind, 'denied')
      return new WeakRef(access.decide)
    })
    return new Promise<void>((resolve) => {
      // A WeakRef holds its target until the turn is over.
      setImmediate(() => {
        collectGarbage()
        assert.deepEqual(
          dropped.map((one) => one.deref()),
          [undefined, undefined, undefined],
        )
        resolve()
      })
    })
  })
})
