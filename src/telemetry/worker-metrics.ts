import { addUp, formatMetrics, type MetricSnapshot } from './prom-client.ts'

/** The combined metrics of several workers. */
export interface WorkerMetrics {
  /**
   * Asks every worker, and adds up their metrics. Counters never go back: those of workers that have ended or do not
   * answer keep their last values.
   */
  text(): Promise<string>
}

/**
 * Creates the combined metrics.
 *
 * @param ask asks every running worker; its result lacks workers that did not answer in time
 */
export function createWorkerMetrics(
  ask: () => Promise<ReadonlyMap<number, MetricSnapshot[]>>,
  isRunning: (worker: number) => boolean,
): WorkerMetrics {
  const lastSeen = new Map<number, MetricSnapshot[]>()
  /** The last metrics of workers that have ended. */
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
      // Two rounds at once could count a worker that has ended twice.
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
