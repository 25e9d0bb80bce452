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
   * Exports the remaining spans.
   *
   * @returns whether that was done in time; otherwise timers of the exporter may keep the process alive
   */
  close(timeoutMs: number): Promise<boolean>
}

export interface TracingOptions {
  version: string
  /** Identifies this process among others. */
  instanceId: string
  onProblem(message: string): void
}

/**
 * Makes spans for OpenTelemetry. The standard `OTEL_*` variables configure endpoint, headers, sampler, batches and
 * resource; the SDK reads them by itself.
 *
 * The spans of a request are made from its record when it is over, so that no context has to go through the program.
 */
export function createTracing({ version, instanceId, onProblem }: TracingOptions): Tracing {
  const report = (message: string) => onProblem(reasonIn(message))
  const silent = () => {}
  diag.setLogger(
    { error: report, warn: report, info: silent, debug: silent, verbose: silent },
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
      // The clock of `performance.now()` has no date, and this adds it.
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

/** Kinds of requests without traces: probes come every few seconds, and would be most of all traces. */
const untraced = new Set<RouteKind>(['livez', 'readyz'])
const methods = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT'])

const spanOf: Record<PhaseName, { name: string; kind: SpanKind }> = {
  sessionMs: { name: 'session', kind: SpanKind.CLIENT },
  ssoMs: { name: 'SSO', kind: SpanKind.CLIENT },
  limitMs: { name: 'limit', kind: SpanKind.INTERNAL },
  s3Ms: { name: 'S3', kind: SpanKind.CLIENT },
}

/** The longest path in a span. Thousands of spans may wait in memory for the collector. */
const maxPathLength = 1024

/** The attributes of a span, by the semantic conventions where there are any. They hold no query and no person. */
function attributesOf(record: RequestRecord, method: string): Attributes {
  return {
    'http.request.method': method,
    'http.response.status_code': record.status,
    'http.response.body.size': record.bytes,
    'url.path': record.path.slice(0, maxPathLength),
    's3proxy.route': record.route,
    ...(record.mount === undefined ? {} : { 's3proxy.mount': record.mount }),
    's3proxy.outcome': record.outcome,
    's3proxy.request_id': record.requestId,
    ...(record.healed === 0 && record.askedTwiceBytes === 0 ? {} : { 's3proxy.healed': record.healed }),
    ...(record.login === undefined ? {} : { 's3proxy.login': record.login }),
    ...(record.code === undefined || record.code === clientLeft.code ? {} : { 'error.type': record.code }),
  }
}

/**
 * Reads the parent span of a `traceparent`. Later versions of the header may have more fields behind the known ones.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
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

/** The reason of an error of the SDK, for the log. The SDK writes JSON with stacks and with the collector's answer. */
function reasonIn(message: string): string {
  let reason = message
  try {
    const error = JSON.parse(message) as { message?: unknown; code?: unknown }
    reason = [error.code, error.message].filter((told) => told !== undefined && told !== '').join(' ')
  } catch {
    // The message is plain text.
  }
  return reason.slice(0, 300)
}
