/** Starts work now or later. @returns `undefined`, and starts nothing, where too much of it waits already */
export type Queue = <T>(work: () => Promise<T>) => Promise<T> | undefined

/** Creates a queue that has at most `atOnce` under way, and at most `waiting` behind them. */
export function createQueue(atOnce: number, waiting: number): Queue {
  const turns: (() => void)[] = []
  let running = 0

  function end(): void {
    const next = turns.shift()
    if (next === undefined) running--
    else next()
  }

  async function run<T>(turn: Promise<void> | undefined, work: () => Promise<T>): Promise<T> {
    if (turn !== undefined) await turn
    try {
      return await work()
    } finally {
      end()
    }
  }

  return (work) => {
    if (running < atOnce) {
      running++
      return run(undefined, work)
    }
    if (turns.length >= waiting) return undefined
    return run(new Promise((resolve) => turns.push(resolve)), work)
  }
}
