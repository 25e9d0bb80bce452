import type { MetricsText } from '../server/admin-server.ts'
import type { Readings } from '../telemetry/metrics.ts'
import type { MetricSnapshot } from '../telemetry/prom-client.ts'

/** The metrics of this process. */
export interface AppMetrics {
  text(): Promise<MetricsText>
  /** The metrics of this process for the primary process, which adds up those of all workers. */
  snapshot(): Promise<MetricSnapshot[]>
}

/** Creates the metrics. Their code is loaded here, because only a process with an admin port needs it. */
export async function createAppMetrics(readings: Readings): Promise<AppMetrics> {
  const { createMetrics } = await import('../telemetry/metrics.ts')
  const { formatMetrics, metricsType } = await import('../telemetry/prom-client.ts')
  const snapshot = createMetrics(readings)
  return {
    snapshot,
    text: async () => ({ contentType: metricsType, text: await formatMetrics(await snapshot()) }),
  }
}
