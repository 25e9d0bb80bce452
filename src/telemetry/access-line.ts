import type { AccessLine } from '../log/log.ts'
import { type RequestRecord, roundMs } from './request-record.ts'

/** The access line of a request that is over; its fields stand in the order of the line. */
export function accessLineOf(record: RequestRecord): AccessLine {
  const { healed, askedTwiceBytes, parts } = record
  const wasHealed = healed > 0 || askedTwiceBytes > 0
  return {
    requestId: record.requestId,
    method: record.method,
    path: record.path,
    status: record.status,
    bytes: record.bytes,
    outcome: record.outcome,
    totalMs: roundMs(record.endedAtMs - record.startedAtMs),
    code: record.code,
    route: record.route,
    mount: record.mount,
    key: record.key,
    who: record.who,
    ground: record.ground,
    rule: record.rule,
    login: record.login,
    bearer: record.bearer,
    s3RequestId: record.s3RequestId,
    sessionMs: record.sessionMs,
    ssoMs: record.ssoMs,
    limitMs: record.limitMs,
    s3Ms: record.s3Ms,
    healed: wasHealed ? healed : undefined,
    askedTwiceBytes: wasHealed ? askedTwiceBytes : undefined,
    parts: parts > 0 ? parts : undefined,
    traceId: record.traceId,
  }
}
