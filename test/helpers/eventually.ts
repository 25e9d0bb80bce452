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

/** Tries again and again until it works; fails with the last failure, after at most 200 attempts in 20 s. */
export async function untilItWorks(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work()
      return
    } catch (error) {
      if (attempt === 200) throw error
      await sleep(100)
    }
  }
}
