import type { MetricsText } from '../server/admin-server.ts'
import type { Readings } from '../telemetry/metrics.ts'
import type { MetricSnapshot } from '../telemetry/prom-client.ts'

/** The metrics of this process. */
export interface AppMetrics {
  text(): Promise<MetricsText>
  /** For the process that adds up those of its workers. */
  snapshot(): Promise<MetricSnapshot[]>
}

/** Loads what makes metrics, which only those need who have a port for them. */
export async function createAppMetrics(readings: Readings): Promise<AppMetrics> {
  const { createMetrics } = await import('../telemetry/metrics.ts')
  const { formatMetrics, metricsType } = await import('../telemetry/prom-client.ts')
  const snapshot = createMetrics(readings)
  return {
    snapshot,
    text: async () => ({ contentType: metricsType, text: await formatMetrics(await snapshot()) }),
  }
}
