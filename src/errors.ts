/**
 * Every failure that a visitor or an operator can meet, by its stable code, with the HTTP status it becomes.
 *
 * Codes are part of the interface: they stand in the log, on the page and in docs/errors.md.
 */
export const errorStatus = {
  TARGET_INVALID: 400,
  HEADER_INVALID: 400,
  BEARER_MALFORMED: 400,
  CALLBACK_INCOMPLETE: 400,
  LOGOUT_TOKEN_INVALID: 400,
  LOGIN_REQUIRED: 401,
  BEARER_REFUSED: 401,
  SSO_REFUSED_CODE: 401,
  ACCESS_DENIED: 403,
  OBJECT_DENIED: 403,
  BEARER_UNSCOPED: 403,
  LOGIN_DENIED: 403,
  LOGIN_EXPIRED: 403,
  SSO_FORBADE_CODE: 403,
  SSO_INVALID_GRANT: 403,
  LOGOUT_FOREIGN: 403,
  CONTINUE_FOREIGN: 403,
  OBJECT_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  OBJECT_REPLACED: 412,
  PRECONDITION_FAILED: 412,
  RANGE_NOT_SATISFIABLE: 416,
  HOST_MISDIRECTED: 421,
  STREAMS_TOO_MANY: 429,
  HEADERS_TOO_MANY: 431,
  INTERNAL: 500,
  S3_BAD_ANSWER: 502,
  S3_BUCKET_MISSING: 502,
  S3_CREDENTIALS: 502,
  S3_UNAVAILABLE: 502,
  SSO_BAD_ANSWER: 502,
  SSO_ERROR: 502,
  SSO_ID_TOKEN: 502,
  SSO_UNAVAILABLE: 502,
  S3_BUSY: 503,
  S3_SLOW_DOWN: 503,
  SSO_BUSY: 503,
  BEARER_UNAVAILABLE: 503,
  SESSION_STORE_UNAVAILABLE: 503,
  SHUTTING_DOWN: 503,
  S3_TIMEOUT: 504,
  SSO_TIMEOUT: 504,
} as const

export type ErrorCode = keyof typeof errorStatus

/**
 * The outcome of a request whose client left before there was an answer. It is no failure, so no table of errors has
 * it. Only access lines contain it. nginx uses the same status.
 */
export const clientLeft = { status: 499, code: 'CLIENT_LEFT' } as const

/**
 * Tells whether a code means a failure of s3proxy or of S3, Redis or the SSO. The other codes mean that a client or
 * the owner of an object did something.
 */
export function isFailure(code: string | undefined): boolean {
  return !noFailures.has(code)
}

const noFailures = new Set<string | undefined>([
  clientLeft.code,
  'OBJECT_REPLACED',
  'SEND_TIMEOUT',
  'SESSION_ENDED',
])

export interface ErrorDetails {
  cause?: unknown
  s3RequestId?: string | undefined
  retryAfterSeconds?: number | undefined
}

/** Codes that no request is answered with: an operator finds them in the log and in the output of the commands. */
export const operatorCodes = [
  'CONFIG_INVALID',
  'CONFIG_NEEDS_RESTART',
  'CONFIG_REFUSED',
  'CONFIG_RISKY',
  'DRAIN_INCOMPLETE',
  'LISTEN_FAILED',
  'LOG_DROPPED',
  'SSO_GROUPS_UNKNOWN',
  'SSO_KEYS_STALE',
  'SSO_NAMES_NOBODY',
  'TRACES_LOST',
  'WORKER_ENDED',
  'WORKER_SILENT',
  'WORKERS_FAILED',
] as const

/** Every stable code; docs/errors.md has the cause and the cure of each. */
export type Code = ErrorCode | (typeof operatorCodes)[number]

/** A failure that an operator must act on. The code that saw the failure makes it, and one place answers it. */
export class S3ProxyError extends Error {
  readonly code: ErrorCode
  /** S3's own id of its answer, for the log: S3's logs and AWS support find the answer by it. */
  readonly s3RequestId: string | undefined
  /** The wait that the failed server asked for in `retry-after`. */
  readonly retryAfterSeconds: number | undefined

  /** @param message for the operator: what was expected, what came, which option to look at; never a secret */
  constructor(code: ErrorCode, message: string, options?: ErrorDetails) {
    super(message, options)
    this.name = 'S3ProxyError'
    this.code = code
    this.s3RequestId = options?.s3RequestId
    this.retryAfterSeconds = options?.retryAfterSeconds
  }
}

/** The code of anything that was thrown; `otherwise` where it is no S3ProxyError. */
export function codeOf(error: unknown, otherwise: ErrorCode): ErrorCode {
  return error instanceof S3ProxyError ? error.code : otherwise
}

/** The message of anything that was thrown, on one line. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Node tries every address of a host. When all of them fail, only the inner errors have messages.
  if (error.message === '' && error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return openSsl.exec(error.message)?.groups?.reason ?? error.message
}

/**
 * The message of anything that was thrown, made safe for the log.
 *
 * Libraries quote headers, settings and text that they could not parse: quoted text is removed. Passwords in URLs and
 * long words, which may be keys, are removed as well. The message of an S3ProxyError is kept as it is.
 */
export function safeMessageOf(error: unknown): string {
  if (error instanceof S3ProxyError) return error.message
  if (!(error instanceof Error)) return typeof error
  return messageOf(error)
    .replace(/^(Command failed:).*/s, '$1 …')
    .replace(/["'`].*["'`]/s, '"…"')
    .replace(/\/\/[^\s/]*@/g, '//…@')
    .replace(/[\w+=-]{32,}/g, '…')
    .replace(/\n.*/s, '')
}

/** The stack of an error below its safe message; `undefined` where it has no stack. */
export function safeStackOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined
  // The message goes first, because its lines may look like frames.
  const frames = error.stack
    .replace(error.message, '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
  return [`${error.name}: ${safeMessageOf(error)}`, ...frames].join('\n')
}

/**
 * The reason why a connection failed, without anything that was sent or received. It is the message where the error
 * has a code of the system, of TLS or of an HTTP client, and only the name of the error otherwise.
 */
export function networkReason(error: unknown): string {
  // Node tries every address of a host. When all of them fail, only the inner errors have messages.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(networkReason))].join('; ')
  const { code, name, message } = (error ?? {}) as { code?: unknown; name?: unknown; message?: unknown }
  if (typeof code === 'string' && !quotesArguments.test(code)) return messageOf(error)
  if (message === 'bad port') return 'fetch does not use this port'
  return typeof name === 'string' ? name : typeof error
}

/** Codes of those errors of Node and undici whose message quotes a header or another argument. */
const quotesArguments = /^ERR_(?!SSL|TLS)\w*INVALID|^ERR_UNESCAPED|^UND_ERR_INVALID/

/** Finds the reason in a message of OpenSSL, such as `8061…:error:0A00010B:SSL routines:func:wrong version number:../deps/…` */
const openSsl = /:error:[0-9A-F]+:[^:]*:[^:]*:(?<reason>[^:\n]+):/
