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

/** Resolves when `condition` holds, for what has no event; fails when it does not within 20 s. */
export async function untilTrue(what: string, condition: () => boolean): Promise<void> {
  for (let looks = 0; looks < 4000; looks++) {
    if (condition()) return
    await sleep(5)
  }
  throw new Error(`did not come true: ${what}`)
}
