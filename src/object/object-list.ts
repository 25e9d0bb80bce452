import type { Sharer } from '../s3/fair-shares.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import type { ObjectKey } from './key.ts'

/** Which keys of a bucket are wanted, in the order of their UTF-8 bytes. */
export interface ListRequest {
  /** How the keys begin; empty for all. */
  prefix: ObjectKey
  /** Keys that go on alike from the prefix to the next delimiter are one entry. */
  delimiter?: string
  /** Only what stands behind this key. */
  after?: ObjectKey
  /** Where another page of the same list ended. */
  token?: ListToken
  /** Entries of the page, 1 to 1000; S3 may give fewer and have more. */
  limit: number
  signal: CancelSignal
  sharer?: Sharer
}

/** A place in a list, which only S3 understands. */
export type ListToken = string & { readonly brand: 'ListToken' }

export interface ListPage {
  objects: ListedObject[]
  /** What keys have in common up to the delimiter, which is its end. */
  prefixes: ObjectKey[]
  /** Entries that are left out because no request can name them, such as those with a segment `..`. */
  unnamable: number
  /** Asks for the next page; `undefined` on the last one. */
  next: ListToken | undefined
}

export interface ListedObject {
  key: ObjectKey
  sizeBytes: number
  lastModified: Date
  /** With its quotes. */
  etag: string | undefined
  /** By S3's name, such as `GLACIER`; `undefined` where the store has no classes. */
  storageClass: string | undefined
}
