import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Looks again and again until `fits` likes what it sees, for what has no event to wait for.
 *
 * @returns what it saw last, after at most 500 looks, so that the test can say what was expected
 */
export async function eventually<T>(look: () => Promise<T>, fits: (seen: T) => boolean): Promise<T> {
  let seen = await look()
  for (let count = 0; count < 500 && !fits(seen); count++) {
    await sleep(20)
    seen = await look()
  }
  return seen
}
