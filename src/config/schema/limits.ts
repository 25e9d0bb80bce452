import { count } from './option-types.ts'
import { section } from './section.ts'
import { terabyte } from './units.ts'

/** Limits of what one person has at once, over all sessions, tokens, workers and instances. */
export const limits = section({
  streamsPerPerson: count(
    'most downloads of one person at once; one more waits for 2 s, and then gets 429; by default there is no limit',
    1,
    10_000,
  ).optional(),
  bytesPerSecondPerPerson: count(
    'most bytes a second for all downloads of one person together; by default there is no limit',
    65_536,
    terabyte,
  ).optional(),
})
