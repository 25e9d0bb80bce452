import { createHmac } from 'node:crypto'
import { formatContentRange } from '../http/content-range.ts'
import type { Log } from '../log/log.ts'
import type { RequestRecord } from './request-record.ts'

/**
 * Writes one line for each answer that delivered an object, or a part of it, to a person. It has the person, the
 * version, the bytes, and whether all of them were sent. Objects that are served without login have no line.
 *
 * A request that ended sessions has a line, too, with their number.
 */
export function createAudit(log: Log): (record: RequestRecord) => void {
  return (record) => {
    if (record.endedSessions !== undefined) return logSignOut(log, record)
    const { route, method, status, range } = record
    if (route !== 'object' || method !== 'GET' || (status !== 200 && status !== 206)) return
    log.info(
      {
        requestId: record.requestId,
        who: record.who,
        bearer: record.bearer,
        rule: record.rule,
        mount: record.mount,
        key: record.key,
        versionId: record.versionId,
        etag: record.etag,
        range: range && formatContentRange(range),
        sizeBytes: record.sizeBytes,
        bytes: record.bytes,
        outcome: record.outcome,
        healed: record.healed,
        code: record.code,
        s3RequestId: record.s3RequestId,
        traceId: record.traceId,
      },
      'delivery',
    )
  }
}

function logSignOut(log: Log, { requestId, who, route, endedSessions, traceId }: RequestRecord): void {
  log.info({ requestId, who, route, endedSessions, traceId }, 'sign-out')
}

/**
 * Names people by a keyed hash. The same person has the same name in every line. Finding the person takes the key and a
 * list of people.
 */
export function createIdentityHash(key: string): (id: string) => string {
  return (id) => `hmac:${createHmac('sha256', key).update(id).digest('base64url').slice(0, 32)}`
}
