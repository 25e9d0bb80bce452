import { createHmac } from 'node:crypto'
import { headerIn } from '../http/reply.ts'
import type { Log } from '../log/log.ts'
import type { RequestEnd } from './request-end.ts'

/**
 * One line for each answer that delivered an object, or a part of it, to somebody: who, which version, which
 * bytes, and whether all of them were sent. What is served without login is not in it.
 */
export function createAudit(log: Log): (end: RequestEnd) => void {
  return ({ access, headers = [] }) => {
    const { route, method, status } = access
    if (route !== 'object' || method !== 'GET' || (status !== 200 && status !== 206)) return
    const length = headerIn(headers, 'content-length')
    log.info(
      {
        requestId: access.requestId,
        who: access.who,
        key: access.key,
        versionId: headerIn(headers, 'x-amz-version-id'),
        etag: headerIn(headers, 'etag'),
        range: headerIn(headers, 'content-range'),
        sizeBytes: length === undefined ? undefined : Number(length),
        bytes: access.bytes,
        outcome: access.outcome,
        healed: access.healed ?? 0,
        code: access.code,
        s3RequestId: access.s3RequestId,
        traceId: access.traceId,
      },
      'delivery',
    )
  }
}

/**
 * Names a person by a keyed hash: the same person is the same name in every line, and who it is can only be
 * found by whoever has the key and a list of people.
 */
export function createIdentityHash(key: string): (who: string) => string {
  return (who) => `hmac:${createHmac('sha256', key).update(who).digest('base64url').slice(0, 32)}`
}
