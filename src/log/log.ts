import type { Code } from '../errors.ts'

/** The subset of a logger that this program uses. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: Coded, message: string): void
  error(fields: Coded, message: string): void
}

/** The fields of a warning or an error: one of them is a code, which docs/errors.md explains. */
export interface Coded {
  code: Code
  [field: string]: unknown
}

/** A log whose level can change, and which has a way for lines that no level switches off. */
export interface ProgramLog extends Log {
  level: string
  /** A log with the same destination that writes every line, whatever the level is. */
  readonly always: Log
  /** Writes the line of a request at level `info`, for a third of the cost. @see docs/decisions/008-hot-path.md */
  access(line: AccessLine): void
}

/** The line of a request that is over. */
export interface AccessLine {
  requestId: string
  method: string
  /** The path, percent-encoded, without the query, which may hold secrets of other sites. */
  path: string
  /** Name of the mount that the object is in; `undefined` where the configuration has no mounts. */
  mount?: string | undefined
  /** The decoded key below the endpoint's prefix, where the path names an object. */
  key?: string | undefined
  /** Kind of the request, such as `object` or `callback`. */
  route: string
  status: number
  /** Number of bytes of the body that the network took. */
  bytes: number
  /** `aborted` by the client, `cut` by S3 or s3proxy, or `revoked`: cut by s3proxy because the session has ended. */
  outcome: 'complete' | 'aborted' | 'cut' | 'revoked'
  totalMs: number
  sessionMs?: number | undefined
  ssoMs?: number | undefined
  /** Time of the wait for a place among the person's downloads. */
  limitMs?: number | undefined
  /** Time until the head of S3's answer. */
  s3Ms?: number | undefined
  who?: string | undefined
  /** Code of the error, of the reason for a cut, or of a client that left before there was an answer. */
  code?: string | undefined
  healed?: number | undefined
  askedTwiceBytes?: number | undefined
  /** Number of parts that were fetched ahead over further connections. */
  parts?: number | undefined
  /** The reason of the decision about access, such as `allow` or `no-rule`. */
  ground?: string | undefined
  /** Name of the rule that settled that decision. */
  rule?: string | undefined
  /** Step of the login. */
  login?: string | undefined
  /** The outcome of the check of the bearer token. */
  bearer?: string | undefined
  /** S3's own id of its answer. */
  s3RequestId?: string | undefined
  /** Id of the trace that the request belongs to. */
  traceId?: string | undefined
}
