import { randomInt } from 'node:crypto'

/** Random choices that can be made again: print `seed` when a test fails, and set TEST_SEED to it. */
export interface Random {
  readonly seed: number
  /** In [0, 1). */
  next(): number
  /** An integer in [0, limit). */
  below(limit: number): number
  chance(probability: number): boolean
  pick<T>(choices: readonly T[]): T
  /** Well-formed text of characters that are trouble in keys and URLs. */
  text(length: number): string
}

export function createRandom(seed = Number(process.env.TEST_SEED ?? randomInt(2 ** 31))): Random {
  let state = seed
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const pick = <T>(choices: readonly T[]) => choices[below(choices.length)] as T
  return {
    seed,
    next,
    below,
    chance: (probability) => next() < probability,
    pick,
    text: (length) => Array.from({ length }, () => pick(characters)).join(''),
  }
}

const characters = [
  ...'abcXYZ019-_.~',
  ...'//+ %;:@&=$,?#[]',
  ...'!\'()*"<>\\^`{|}\t\r\n\u007f',
  ...'éßñ\u0301日本語\u200d\ufeff\u{1f600}\u{10ffff}\u00a0',
  '%2F',
  '%20',
  '..',
  '/.x/',
]
