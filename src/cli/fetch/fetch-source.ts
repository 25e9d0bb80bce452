import type { ObjectRequest, ObjectResult } from '../../object/object-source.ts'
import type { RequestRecord } from '../../telemetry/request-record.ts'
import type { Expectation } from './verification.ts'

/** The one object that is fetched, from the server that has it. */
export interface FetchSource {
  /** Name of the server in messages, such as `S3`. */
  readonly server: string
  /** Address of the server, and the name of the object there: a part of a download is a part of this object. */
  readonly endpoint: string
  readonly key: string
  /**
   * Opens the object, and resolves once the head has come.
   *
   * @param record gets the number of times that the body broke off and was continued
   * @throws where the server gives no regular answer about this object
   */
  open(request: FetchRequest, record: RequestRecord): Promise<FetchResult>
  /**
   * Finds the digest that the whole object must have; `undefined` where the server has none.
   *
   * @param etag strong ETag of the version that is fetched
   */
  expectation(etag: string, signal: AbortSignal): Promise<Expectation | undefined>
}

export type FetchRequest = Pick<ObjectRequest, 'method' | 'conditions'> & { signal: AbortSignal }

/** `refused`: the server does not serve the object, for the reason that the text has. */
export type FetchResult = ObjectResult | { kind: 'refused'; text: string }
