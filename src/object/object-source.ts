import type { ByteSource } from '../http/byte-source.ts'
import type { ByteRange } from '../http/content-range.ts'
import type { HeaderList } from '../http/reply.ts'
import type { Sharer } from '../s3/fair-shares.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import type { Checksums } from './checksums.ts'
import type { ObjectKey } from './key.ts'
import type { ListPage, ListRequest } from './object-list.ts'

/** What is asked of an object. Header values are printable ASCII. */
export interface ObjectRequest {
  method: 'GET' | 'HEAD'
  key: ObjectKey
  conditions: Conditions
  signal: CancelSignal
  /** Whose share of the connections to S3 it takes from. */
  sharer?: Sharer
}

/** By the names of RFC 9110 sections 13 and 14, and of S3. */
export interface Conditions {
  range?: string
  'if-match'?: string
  'if-none-match'?: string
  'if-modified-since'?: string
  'if-unmodified-since'?: string
}

export type ObjectResult = {
  /** S3's own name for its answer. */
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
  | { kind: 'range-not-satisfiable' /** Of the whole object. */; sizeBytes: number | undefined }
  | { kind: 'not-found' | 'denied'; refusal?: Refusal }
)

/** Why S3 does not give this very object, where that is not what every missing or forbidden key is answered. */
export interface Refusal {
  /** The name of the error, letters, digits and points. */
  s3Code: string
  /** For the operator. */
  message: string
}

/** The objects of one bucket, or of what stands below a key prefix. */
export interface ObjectSource {
  /**
   * Opens an object; answers as soon as S3 has sent its head.
   *
   * @param record gets what the body costs while it is read
   * @throws S3ProxyError for everything that is not S3's regular answer about this object
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

/** As much of a bucket as it takes to answer requests for objects. */
export type ObjectOpener = Pick<ObjectSource, 'open'>

/** Which version of an object the checksums are wanted of. */
export interface ChecksumRequest {
  key: ObjectKey
  /** A strong one. */
  etag: string
  signal: CancelSignal
  sharer?: Sharer
}

export type ChecksumResult =
  | { kind: 'found'; checksums: Checksums }
  /** S3 holds another version by now. */
  | { kind: 'replaced' }
