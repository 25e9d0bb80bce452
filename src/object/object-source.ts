import type { ByteSource } from '../http/byte-source.ts'
import type { ByteRange } from '../http/content-range.ts'
import type { HeaderList } from '../http/reply.ts'
import type { Sharer } from '../s3/fair-shares.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import type { Checksums } from './checksums.ts'
import type { ObjectKey } from './key.ts'
import type { ListPage, ListRequest } from './object-list.ts'

/** A request for an object. Header values are printable ASCII. */
export interface ObjectRequest {
  method: 'GET' | 'HEAD'
  key: ObjectKey
  conditions: Conditions
  signal: CancelSignal
  /** The owner of the share of connections that it uses. */
  sharer?: Sharer
}

/** Preconditions and range by their header names (RFC 9110 sections 13 and 14). */
export interface Conditions {
  range?: string
  'if-match'?: string
  'if-none-match'?: string
  'if-modified-since'?: string
  'if-unmodified-since'?: string
}

export type ObjectResult = {
  /** S3's own id of its answer. */
  s3RequestId?: string | undefined
} & (
  | {
      kind: 'found'
      status: 200 | 206
      headers: HeaderList
      /** Size of the body; `undefined` where S3 does not tell it. */
      sizeBytes: number | undefined
      etag?: string | undefined
      lastModified?: string | undefined
      /** `undefined` for a whole object. */
      range?: ByteRange | undefined
      versionId?: string | undefined
      body: ByteSource
    }
  | { kind: 'not-modified'; headers: HeaderList }
  | { kind: 'precondition-failed' }
  /** `sizeBytes` is the size of the whole object. */
  | { kind: 'range-not-satisfiable'; sizeBytes: number | undefined }
  | { kind: 'not-found' | 'denied'; refusal?: Refusal }
)

/** The reason why S3 does not give this object, where the reason lies in this one object. */
export interface Refusal {
  /** S3's name of the error: letters, digits and points. */
  s3Code: string
  /** Text for the operator. */
  message: string
}

/** The objects of one bucket, or those below a key prefix. */
export interface ObjectSource {
  /**
   * Opens an object, and resolves once S3 has sent the head.
   *
   * @param record gets the cost of the body while it is read
   * @throws S3ProxyError where S3 gives no regular answer about this object
   */
  open(request: ObjectRequest, record: RequestRecord): Promise<ObjectResult>
  /**
   * Asks for the checksums of one version.
   *
   * @throws S3ProxyError where S3 cannot be asked, or refuses the question
   */
  checksum(request: ChecksumRequest): Promise<ChecksumResult>
  /**
   * Asks for one page of a list.
   *
   * @throws S3ProxyError where S3 cannot be asked, or does not let the bucket be listed (`OBJECT_DENIED`)
   */
  list(request: ListRequest): Promise<ListPage>
}

/** The part of a source that answers requests for objects. */
export type ObjectOpener = Pick<ObjectSource, 'open'>

/** A request for the checksums of one version of an object. */
export interface ChecksumRequest {
  key: ObjectKey
  /** Its strong ETag. */
  etag: string
  signal: CancelSignal
  sharer?: Sharer
}

export type ChecksumResult =
  | { kind: 'found'; checksums: Checksums }
  /** Result where S3 holds another version by now. */
  | { kind: 'replaced' }
