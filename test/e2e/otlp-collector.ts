import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { listenOnLoopback } from '../helpers/network/listen-on-loopback.ts'

export interface CollectedSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Record<string, unknown>
  status: { code?: number }
  /** The attributes of the process that sent it. */
  resource: Record<string, unknown>
}

/** A collector of OpenTelemetry that takes spans as OTLP over HTTP in JSON. */
export interface OtlpCollector {
  readonly endpoint: string
  readonly spans: CollectedSpan[]
  /** All bytes that came, heads too, for the search for secrets. */
  readonly received: string
  /** Makes it take requests and answer none from now on. */
  hang(): void
  readonly requestCount: number
}

interface Attribute {
  key: string
  value: Record<string, unknown>
}
interface Export {
  resourceSpans: {
    resource: { attributes: Attribute[] }
    scopeSpans: { spans: (Omit<CollectedSpan, 'attributes' | 'resource'> & { attributes: Attribute[] })[] }[]
  }[]
}

export async function startOtlpCollector(t: TestContext): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = []
  let received = ''
  let hangs = false
  let requestCount = 0
  const server = createServer(async (request, response) => {
    requestCount++
    received += `${request.method} ${request.url} ${JSON.stringify(request.rawHeaders)}\n`
    if (hangs) return
    const body = await text(request)
    received += `${body}\n`
    if (request.url !== '/v1/traces' || request.headers['content-type'] !== 'application/json') {
      response.writeHead(404).end()
      return
    }
    for (const { resource, scopeSpans } of (JSON.parse(body) as Export).resourceSpans)
      for (const span of scopeSpans.flatMap((scope) => scope.spans))
        spans.push({
          ...span,
          attributes: toRecord(span.attributes),
          resource: toRecord(resource.attributes),
        })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  const { origin } = await listenOnLoopback(server, t)
  return {
    endpoint: origin,
    spans,
    get received() {
      return received
    },
    get requestCount() {
      return requestCount
    },
    hang() {
      hangs = true
    },
  }
}

function toRecord(attributes: Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
