import type { ObjectRequest } from '../object/object-source.ts'
import type { S3Client } from '../s3/s3-client.ts'
import type { Deadline } from '../waiting/deadline.ts'
import { attemptObject } from './attempt.ts'
import type { FoundObject, UnmeasuredObject } from './found-object.ts'
import { checkRange, checkRest, rangeRequest, type Version } from './open-range.ts'

/** A body without any byte. */
const noBytes: FoundObject['body'] = { read: () => null, cancel() {}, abandon: () => undefined }

/** A version whose body was begun, and of which bytes are missing. */
export interface Begun {
  version: Version
  /** The answer that began it, where it did not tell the length. */
  unmeasured: UnmeasuredObject | undefined
  firstByte: number
  /** The end of the body; `Infinity` where S3 has not told the length. */
  endByte: number
}

/**
 * Asks S3 once for the rest of a version.
 *
 * @returns the body, and the size of the whole object
 * @throws AttemptError; S3ProxyError where S3 does not give the rest of this very version
 */
export async function openRest(
  client: S3Client,
  asked: ObjectRequest,
  { version, unmeasured, firstByte, endByte }: Begun,
  deadline: Deadline,
): Promise<{ body: FoundObject['body']; sizeBytes: number }> {
  const request = rangeRequest(asked, version, firstByte, endByte - 1)
  const answer = await attemptObject(client, request, deadline)
  if (unmeasured === undefined || endByte !== Number.POSITIVE_INFINITY) {
    const { body } = checkRange(answer, version, firstByte, endByte - 1)
    return { body, sizeBytes: version.sizeBytes }
  }
  const rest = checkRest(answer, unmeasured, firstByte)
  return { body: rest?.body ?? noBytes, sizeBytes: rest?.range?.sizeBytes ?? firstByte }
}

/** A range of a version that S3 was not yet asked for. */
export function unaskedRange(
  { etag, sizeBytes }: Version,
  { firstByte, endByte }: { firstByte: number; endByte: number },
): FoundObject {
  return {
    ...{ kind: 'found', status: 206, headers: [], sizeBytes: endByte - firstByte },
    ...{ range: { first: firstByte, last: endByte - 1, sizeBytes }, etag, lastModified: undefined },
    ...{ contentEncoding: undefined, versionId: undefined, s3RequestId: undefined, body: noBytes },
  }
}
