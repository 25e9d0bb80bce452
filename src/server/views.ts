import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import { createGuestReads } from '../object/guest-reads.ts'
import type { ObjectKey } from '../object/key.ts'
import type { ObjectOpener } from '../object/object-source.ts'
import { type ReadOptions, readObject } from '../object/read-object.ts'
import { createSharedReads } from '../object/shared-reads.ts'
import { guests, healthChecks, type Sharer } from '../s3/fair-shares.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'

export interface ViewsOptions extends ReadOptions {
  source: ObjectOpener
  /** The most bodies at once that visitors who are not signed in may read. */
  maxGuestBodies: number
}

/** The ways to show what a key names. */
export interface Views {
  object(request: ProxyRequest, record: RequestRecord, key: ObjectKey, sharer: Sharer): Promise<Reply>
  /** The object that needs no login. Requests for it at the same moment share one answer of S3. */
  healthcheck(request: ProxyRequest, record: RequestRecord, key: ObjectKey): Promise<Reply>
}

export function createViews(options: ViewsOptions): Views {
  const { source } = options
  const sharedReads = createSharedReads(source)
  const guestReads = createGuestReads(source, options.maxGuestBodies)
  return {
    object(request, record, key, sharer) {
      const reads = sharer === guests ? guestReads : source
      return record.timed('s3Ms', readObject(reads, request, record, key, options, sharer))
    },
    healthcheck: (request, record, key) =>
      record.timed('s3Ms', readObject(sharedReads, request, record, key, options, healthChecks)),
  }
}
