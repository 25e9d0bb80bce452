import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { quoteLargeNumbers } from '../../../src/sso/quote-large-numbers.ts'
import { createRandom, type Random } from '../../helpers/random.ts'

describe('quoteLargeNumbers', () => {
  it('quotes numbers that would be rounded, and nothing else', () => {
    for (const [json, quoted] of [
      ['[9007199254740991,-9007199254740991]', '[9007199254740991,-9007199254740991]'],
      ['[9007199254740992,-9007199254740993]', '["9007199254740992","-9007199254740993"]'],
      ['[1e400,1.5e30,0.5,1e3]', '["1e400","1.5e30",0.5,1e3]'],
      ['{"12345678901234567890":"12345678901234567890"}', '{"12345678901234567890":"12345678901234567890"}'],
      ['["\\"", 12345678901234567890, "\\\\"]', '["\\"", "12345678901234567890", "\\\\"]'],
    ] as const)
      assert.equal(quoteLargeNumbers(json), quoted)
  })

  it('is exact in any JSON: large numbers get quotes, texts and small numbers stay', () => {
    const random = createRandom()
    for (let round = 0; round < 300; round++) {
      const value = anyValue(random, 4)
      const [given, expected] = [write(value, false), write(value, true)]
      assert.equal(quoteLargeNumbers(given), expected, `TEST_SEED=${random.seed}`)
      JSON.parse(expected)
    }
  })
})

type Value = string | number | { digits: string } | Value[]

function anyValue(random: Random, depth: number): Value {
  if (depth > 0 && random.chance(0.5))
    return Array.from({ length: random.below(5) }, () => anyValue(random, depth - 1))
  const digits = `${random.pick(['', '-'])}${random.pick([1, 9])}${'0123456789'.repeat(2).slice(random.below(4))}`
  return random.pick<Value>([random.below(1000), random.next(), { digits }, random.text(8) + digits])
}

/** Writes a value as JSON. Lists at even places become objects, with names that look like numbers. */
function write(value: Value, isQuoted: boolean): string {
  if (!Array.isArray(value)) {
    if (typeof value !== 'object') return JSON.stringify(value)
    return isQuoted ? `"${value.digits}"` : value.digits
  }
  const members = value.map((member) => write(member, isQuoted))
  if (value.length % 2 === 1) return `[${members.join(', ')}]`
  return `{${members.map((member, index) => `"1234567890123456789${index}":${member}`).join(',')}}`
}
