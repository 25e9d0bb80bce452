import { randomUUID } from 'node:crypto'
import type { Log } from '../../log/log.ts'
import { createRareWarning } from '../../log/rare-warning.ts'
import type { Tracing } from '../../telemetry/tracing.ts'

/**
 * Loads OpenTelemetry where its variables name a collector. Without a collector, none of its code is loaded.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export async function loadTracing(version: string, log: Log): Promise<Tracing | undefined> {
  const { env } = process
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT
  const isOff = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none'
  if (!endpoint || isOff) return undefined
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL
  if (protocol && protocol !== 'http/json')
    log.warn(
      { code: 'CONFIG_RISKY' },
      'traces are sent as http/json, whatever OTEL_EXPORTER_OTLP_PROTOCOL says: name an endpoint that takes it',
    )
  const { createTracing } = await import('../../telemetry/tracing.ts')
  const warn = createRareWarning(
    log,
    'TRACES_LOST',
    'traces cannot be exported (OTEL_EXPORTER_OTLP_ENDPOINT)',
    () => performance.now(),
  )
  return createTracing({ version, instanceId: randomUUID(), onProblem: warn })
}
