import type { Sharer } from '../s3/fair-shares.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import type { ObjectKey } from './key.ts'

/** A request for a page of a bucket's keys, in the order of their UTF-8 bytes. */
export interface ListRequest {
  /** The beginning of the wanted keys; empty for all keys. */
  prefix: ObjectKey
  /** Text that groups keys: keys with the same text from the prefix to the next delimiter are one entry. */
  delimiter?: string
  /** The key after which the page begins. */
  after?: ObjectKey
  /** The place where another page of the same list ended. */
  token?: ListToken
  /** The most entries of the page, 1 to 1000. S3 may give fewer, and have more. */
  limit: number
  signal: CancelSignal
  sharer?: Sharer
}

/** A place in a list, which only S3 understands. */
export type ListToken = string & { readonly brand: 'ListToken' }

export interface ListPage {
  objects: ListedObject[]
  /** The common beginnings of grouped keys, each with the delimiter at its end. */
  prefixes: ObjectKey[]
  /** Number of entries that are left out because no request can name them, such as those with a segment `..`. */
  unnamable: number
  /** Token for the next page; `undefined` on the last one. */
  next: ListToken | undefined
}

export interface ListedObject {
  key: ObjectKey
  sizeBytes: number
  lastModified: Date
  /** The ETag with its quotes. */
  etag: string | undefined
  /** S3's name of the storage class, such as `GLACIER`; `undefined` where the store has no classes. */
  storageClass: string | undefined
}
