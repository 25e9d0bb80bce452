import { AggregatorRegistry, collectDefaultMetrics, type Metric, Registry } from 'prom-client'

/** One metric with its values at one moment. */
export interface MetricSnapshot {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  /** The way in which the values of several workers are combined. */
  aggregator: 'sum' | 'first' | 'min' | 'max' | 'average' | 'omit'
  values: MetricValue[]
}

export interface MetricValue {
  /** Name of the value where it differs from the metric's, as for the buckets of a histogram. */
  metricName?: string
  labels: Record<string, string | number>
  value: number
}

/** Metrics that are read for each scrape. */
export interface MetricRegistry {
  add(metric: Omit<MetricSnapshot, 'values'>, read: () => MetricValue[]): void
  snapshot(): Promise<MetricSnapshot[]>
}

/** Creates a registry with the metrics of Node and the operating system about this process. */
export function createMetricRegistry(): MetricRegistry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 })
  for (const { name } of registry.getMetricsAsArray())
    if (isNoise.test(name)) registry.removeSingleMetric(name)
  return {
    add: (metric, read) => registry.registerMetric(readable(metric, read)),
    async snapshot() {
      const metrics = (await registry.getMetricsAsJSON()) as unknown as MetricSnapshot[]
      return metrics.map(adapt)
    },
  }
}

/** Metrics of Node that do not help an operator: its handles and heaps, and all of the lag except its tail. */
const isNoise = /^nodejs_(?:active_|heap_space_|version_info|eventloop_lag_(?:min|mean|stddev)_)/

/** Adapts a metric: it drops values before the first measurement, and makes the worst lag of several workers count. */
function adapt(metric: MetricSnapshot): MetricSnapshot {
  const values = metric.values.filter(({ value }) => Number.isFinite(value))
  return metric.name.startsWith('nodejs_eventloop_lag')
    ? { ...metric, aggregator: 'max', values }
    : { ...metric, values }
}

export const metricsType = Registry.PROMETHEUS_CONTENT_TYPE

/** Formats metrics in the text format of Prometheus. */
export function formatMetrics(metrics: MetricSnapshot[]): Promise<string> {
  const registry = new Registry()
  for (const { values, ...metric } of metrics) registry.registerMetric(readable(metric, () => values))
  return registry.metrics()
}

/** Combines the metrics of several processes, each metric by its own rule. */
export async function addUp(ofProcesses: MetricSnapshot[][]): Promise<MetricSnapshot[]> {
  const sums = AggregatorRegistry.aggregate(ofProcesses)
  return (await sums.getMetricsAsJSON()) as unknown as MetricSnapshot[]
}

/** Makes a metric that the registry can read. */
function readable(metric: Omit<MetricSnapshot, 'values'>, read: () => MetricValue[]): Metric {
  return { ...metric, get: async () => ({ ...metric, values: read() }) } as unknown as Metric
}
