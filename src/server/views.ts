import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import type { GuestReads } from '../object/guest-reads.ts'
import type { ObjectKey } from '../object/key.ts'
import type { ObjectOpener } from '../object/object-source.ts'
import { type ReadOptions, readObject } from '../object/read-object.ts'
import { createSharedReads } from '../object/shared-reads.ts'
import { guests, healthChecks, type Sharer } from '../s3/fair-shares.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'

export interface ViewsOptions extends ReadOptions {
  source: ObjectOpener
  /** Limits the bodies that visitors who are not signed in read at once. */
  guestReads: GuestReads
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
  const readsOfGuests = options.guestReads(source)
  return {
    object(request, record, key, sharer) {
      const reads = sharer === guests ? readsOfGuests : source
      return record.timed('s3Ms', readObject(reads, request, record, key, options, sharer))
    },
    healthcheck: (request, record, key) =>
      record.timed('s3Ms', readObject(sharedReads, request, record, key, options, healthChecks)),
  }
}
