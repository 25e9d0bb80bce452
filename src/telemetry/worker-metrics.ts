import { addUp, formatMetrics, type MetricSnapshot } from './prom-client.ts'

/** What the metrics of several workers are together. */
export interface WorkerMetrics {
  /**
   * Asks every worker, and adds up what they say. Counters never go back: those of workers that have ended, or do
   * not answer, count as they were last seen.
   */
  text(): Promise<string>
}

/**
 * @param ask every worker that runs
 * @returns by worker; those that did not answer in time are not in it
 */
export function createWorkerMetrics(
  ask: () => Promise<ReadonlyMap<number, MetricSnapshot[]>>,
  isRunning: (worker: number) => boolean,
): WorkerMetrics {
  const lastSeen = new Map<number, MetricSnapshot[]>()
  /** Of workers that have ended. */
  let past: MetricSnapshot[] = []
  let underWay: Promise<string> | undefined

  async function askAll(): Promise<string> {
    const answers = await ask()
    for (const [worker, metrics] of answers) lastSeen.set(worker, metrics)
    const silent = [...lastSeen].filter(([worker]) => !answers.has(worker))
    for (const [worker, metrics] of silent) {
      if (isRunning(worker)) continue
      past = await addUp([past, countersOf(metrics)])
      lastSeen.delete(worker)
    }
    const asBefore = silent.filter(([worker]) => isRunning(worker)).map(([, metrics]) => countersOf(metrics))
    return formatMetrics(await addUp([...answers.values(), ...asBefore, past]))
  }

  return {
    text() {
      // One after another, or a worker that has ended could be counted twice.
      underWay ??= askAll().finally(() => {
        underWay = undefined
      })
      return underWay
    },
  }
}

function countersOf(metrics: MetricSnapshot[]): MetricSnapshot[] {
  return metrics.filter(({ type }) => type !== 'gauge')
}
