import {
  type Attributes,
  type Context,
  DiagLogLevel,
  diag,
  isValidSpanId,
  isValidTraceId,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { clientLeft, isFailure } from '../errors.ts'
import { withinDeadline } from '../waiting/within-deadline.ts'
import type { PhaseName, RequestRecord } from './request-record.ts'
import type { RouteKind } from './route-kind.ts'

export interface Tracing {
  /** Makes the spans of one request. @returns the id of its trace; none for probes */
  trace(record: RequestRecord): string | undefined
  /**
   * Exports what is left.
   *
   * @returns whether that was done in time; when not, timers of the exporter may keep the process
   */
  close(timeoutMs: number): Promise<boolean>
}

export interface TracingOptions {
  version: string
  /** Which of many processes this is. */
  instanceId: string
  onProblem(message: string): void
}

/**
 * Spans for OpenTelemetry. Endpoint, headers, sampler, batches and resource are configured by the standard `OTEL_*`
 * variables, which the SDK reads by itself.
 *
 * A request's spans are made when it is over, out of what was noted on its way, so that nothing has to be carried
 * through the program.
 */
export function createTracing({ version, instanceId, onProblem }: TracingOptions): Tracing {
  const say = (message: string) => onProblem(reasonIn(message))
  const silent = () => {}
  diag.setLogger(
    { error: say, warn: say, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  const own = { 'service.name': 's3proxy', 'service.version': version, 'service.instance.id': instanceId }
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes(own).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  const tracer = provider.getTracer('s3proxy', version)

  return {
    trace(record) {
      const { route, status, outcome, startedAtMs, endedAtMs, phases = [] } = record
      if (untraced.has(route)) return undefined
      // The clock that requests are measured by knows nothing of the date.
      const epochMs = Date.now() - performance.now()
      const method = methods.has(record.method) ? record.method : '_OTHER'
      const parent = parentOf(record.traceparent)
      const span = tracer.startSpan(
        `${method} ${route}`,
        { kind: SpanKind.SERVER, startTime: epochMs + startedAtMs },
        parent,
      )
      const { traceId } = span.spanContext()
      if (!span.isRecording()) return traceId
      span.setAttributes(attributesOf(record, method))
      if (status >= 500 || (outcome === 'cut' && isFailure(record.code)))
        span.setStatus({ code: SpanStatusCode.ERROR })
      const context = trace.setSpan(parent, span)
      for (const phase of phases) {
        const { name, kind } = spanOf[phase.name]
        const child = tracer.startSpan(name, { kind, startTime: epochMs + phase.startedAtMs }, context)
        if (phase.name === 's3Ms' && record.s3RequestId !== undefined)
          child.setAttribute('aws.request_id', record.s3RequestId)
        child.end(epochMs + phase.endedAtMs)
      }
      span.end(epochMs + endedAtMs)
      return traceId
    },
    close(timeoutMs) {
      const isDone = () => true
      return withinDeadline(provider.shutdown().then(isDone, isDone), timeoutMs, () => false)
    },
  }
}

/** Probes come every few seconds, and would be most of all traces. */
const untraced = new Set<RouteKind>(['livez', 'readyz'])
const methods = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT'])

const spanOf: Record<PhaseName, { name: string; kind: SpanKind }> = {
  sessionMs: { name: 'session', kind: SpanKind.CLIENT },
  ssoMs: { name: 'SSO', kind: SpanKind.CLIENT },
  s3Ms: { name: 'S3', kind: SpanKind.CLIENT },
}

/** Spans wait in memory for their collector, thousands of them. */
const maxPathLength = 1024

/** By the semantic conventions, as far as they go. Neither a query nor who it was is among them. */
function attributesOf(record: RequestRecord, method: string): Attributes {
  return {
    'http.request.method': method,
    'http.response.status_code': record.status,
    'http.response.body.size': record.bytes,
    'url.path': record.path.slice(0, maxPathLength),
    's3proxy.route': record.route,
    's3proxy.outcome': record.outcome,
    's3proxy.request_id': record.requestId,
    ...(record.healed === 0 && record.askedTwiceBytes === 0 ? {} : { 's3proxy.healed': record.healed }),
    ...(record.login === undefined ? {} : { 's3proxy.login': record.login }),
    ...(record.code === undefined || record.code === clientLeft.code ? {} : { 'error.type': record.code }),
  }
}

/** @see https://www.w3.org/TR/trace-context/#traceparent-header; later versions may have more behind it */
function parentOf(traceparent: string | undefined): Context {
  const match = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(
    traceparent ?? '',
  )
  if (match === null || (match[1] === '00' && match[5] !== undefined)) return ROOT_CONTEXT
  const [traceId = '', spanId = '', flags = ''] = match.slice(2)
  if (!isValidTraceId(traceId) || !isValidSpanId(spanId)) return ROOT_CONTEXT
  const traceFlags = Number.parseInt(flags, 16) & 1
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}

/** The SDK writes errors as JSON, with stacks and with what the collector answered: only the reason is for the log. */
function reasonIn(message: string): string {
  let reason = message
  try {
    const error = JSON.parse(message) as { message?: unknown; code?: unknown }
    reason = [error.code, error.message].filter((part) => part !== undefined && part !== '').join(' ')
  } catch {
    // It was text.
  }
  return reason.slice(0, 300)
}
