import type { MetricValue } from './prom-client.ts'

/** The upper bounds of the buckets of every histogram. */
const boundsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/**
 * Counts durations as a histogram of prom-client does, at a tenth of the cost. Each request counts several times, and
 * the counts are read only every few seconds.
 */
export class Durations {
  readonly #counts = new Float64Array(boundsSeconds.length + 1)
  #sumSeconds = 0

  add(ms: number): void {
    const seconds = ms / 1000
    let index = 0
    while (index < boundsSeconds.length && seconds > (boundsSeconds[index] as number)) index++
    this.#counts[index] = (this.#counts[index] as number) + 1
    this.#sumSeconds += seconds
  }

  /** The values of a histogram: buckets, sum and count. */
  values(name: string, labels: Record<string, string>): MetricValue[] {
    let count = 0
    const buckets = [...boundsSeconds, '+Inf'].map((le, index) => {
      count += this.#counts[index] as number
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.#sumSeconds },
      { metricName: `${name}_count`, labels, value: count },
    ]
  }
}
