import type { ProxyRequest } from '../../http/proxy-request.ts'
import type { Reply } from '../../http/reply.ts'
import type { Site } from '../../http/site.ts'
import type { RequestRecord } from '../../telemetry/request-record.ts'
import type { RouteKind } from '../../telemetry/route-kind.ts'

/** A page of s3proxy itself, which is no object. */
export type OwnPage = HostlessPage | SitePage

interface Page {
  /** The kind of its requests in log, metrics and traces. */
  readonly kind: RouteKind
  readonly path: string
  /** Its methods. A request with another one gets 405, with these in `allow`. */
  readonly methods: readonly string[]
}

/** A page that answers for every host, because platforms probe by address. */
export interface HostlessPage extends Page {
  readonly needsHost: false
  answer(request: ProxyRequest, record: RequestRecord): Reply | Promise<Reply>
}

/** A page that answers only for the hosts that are served. */
export interface SitePage extends Page {
  readonly needsHost: true
  answer(request: ProxyRequest, record: RequestRecord, site: Site): Reply | Promise<Reply>
}

/** The methods of objects, and of pages without a form. */
export const readingMethods: readonly string[] = ['GET', 'HEAD']
export const formMethods: readonly string[] = [...readingMethods, 'POST']
