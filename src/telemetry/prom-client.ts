import { AggregatorRegistry, collectDefaultMetrics, type Metric, Registry } from 'prom-client'

/** One metric with its values at a moment. */
export interface MetricSnapshot {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  /** What becomes of those of several workers. */
  aggregator: 'sum' | 'first' | 'min' | 'max' | 'average' | 'omit'
  values: MetricValue[]
}

export interface MetricValue {
  /** Where it is not that of the metric, as for the buckets of a histogram. */
  metricName?: string
  labels: Record<string, string | number>
  value: number
}

/** Metrics that are read when somebody asks. */
export interface MetricRegistry {
  add(metric: Omit<MetricSnapshot, 'values'>, read: () => MetricValue[]): void
  snapshot(): Promise<MetricSnapshot[]>
}

/** With what Node and the operating system know of this process. */
export function createMetricRegistry(): MetricRegistry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 })
  for (const { name } of registry.getMetricsAsArray())
    if (isNoise.test(name)) registry.removeSingleMetric(name)
  return {
    add: (metric, read) => registry.registerMetric(readable(metric, read)),
    async snapshot() {
      const metrics = (await registry.getMetricsAsJSON()) as unknown as MetricSnapshot[]
      return metrics.map(asWeHaveIt)
    },
  }
}

/** What Node counts of its own handles and heaps says nothing to an operator; of the lag, the tail does. */
const isNoise = /^nodejs_(?:active_|heap_space_|version_info|eventloop_lag_(?:min|mean|stddev)_)/

/** Before anything was measured there are values that are no numbers. Of the lag of several workers, the worst counts. */
function asWeHaveIt(metric: MetricSnapshot): MetricSnapshot {
  const values = metric.values.filter(({ value }) => Number.isFinite(value))
  return metric.name.startsWith('nodejs_eventloop_lag')
    ? { ...metric, aggregator: 'max', values }
    : { ...metric, values }
}

export const metricsType = Registry.PROMETHEUS_CONTENT_TYPE

/** The text format of Prometheus. */
export function formatMetrics(metrics: MetricSnapshot[]): Promise<string> {
  const registry = new Registry()
  for (const { values, ...metric } of metrics) registry.registerMetric(readable(metric, () => values))
  return registry.metrics()
}

/** Of several processes, each metric by its own rule. */
export async function addUp(ofProcesses: MetricSnapshot[][]): Promise<MetricSnapshot[]> {
  const sums = AggregatorRegistry.aggregate(ofProcesses)
  return (await sums.getMetricsAsJSON()) as unknown as MetricSnapshot[]
}

/** As much of a metric as the registry looks at. */
function readable(metric: Omit<MetricSnapshot, 'values'>, read: () => MetricValue[]): Metric {
  return { ...metric, get: async () => ({ ...metric, values: read() }) } as unknown as Metric
}
