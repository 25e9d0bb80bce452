import { parseRetryAfter } from '../http/retry-after.ts'
import { AttemptError } from '../s3/attempt-error.ts'
import type { S3Response } from '../s3/connection.ts'
import type { S3Client, S3Request } from '../s3/s3-client.ts'
import { TransportError } from '../s3/transport-error.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import type { Deadline } from '../waiting/deadline.ts'
import { readWhole } from './read-whole.ts'
import type { S3Failure } from './s3-error-codes.ts'

/**
 * Sends one request.
 *
 * @throws AttemptError; TransportError `cancelled` when the signal fired
 */
export async function sendAttempt(
  client: S3Client,
  request: S3Request,
  signal: CancelSignal,
  deadline: Deadline,
): Promise<S3Response> {
  try {
    return await client.send(request, signal, deadline)
  } catch (error) {
    throw error instanceof TransportError && !signal.aborted ? toAttemptError(error) : error
  }
}

/** Translates the failure of an exchange for the operator. */
export function toAttemptError(error: TransportError): AttemptError {
  const [code, mayRetry, advice] = attemptFailures[error.failure]
  return new AttemptError(code, error.message + advice, mayRetry, { cause: error })
}

const attemptFailures = {
  unreachable: ['S3_UNAVAILABLE', true, ': check s3.endpoint (AWS_S3_ENDPOINT) and the network'],
  'connect-timeout': [
    'S3_TIMEOUT',
    true,
    ' (s3.connectTimeoutMs): check s3.endpoint (AWS_S3_ENDPOINT) and the network',
  ],
  stalled: ['S3_TIMEOUT', true, ' (s3.stallTimeoutMs)'],
  cut: ['S3_UNAVAILABLE', true, ': if this lasts, look at what lies between here and S3'],
  stale: ['S3_UNAVAILABLE', true, ''],
  // An object may have been stored with malformed headers, which is no fault of the endpoint.
  garbage: [
    'S3_BAD_ANSWER',
    true,
    ': if every object gets such an answer, check s3.endpoint (AWS_S3_ENDPOINT)',
  ],
  // The message of this failure names the option already.
  'pool-exhausted': ['S3_BUSY', false, ''],
  cancelled: ['S3_UNAVAILABLE', false, ''],
} as const

/** The failure of an answer that does not fit the request, or contradicts itself. */
export function badAnswer(
  what: string,
  response: S3Response,
  advice = 'if every object is answered so, check s3.endpoint (AWS_S3_ENDPOINT)',
): AttemptError {
  const message = `S3 answered ${what}: ${advice}`
  return new AttemptError('S3_BAD_ANSWER', message, true, { s3RequestId: requestIdOf(response) })
}

/**
 * The failure of an answer that blames s3proxy or S3, and not the object.
 *
 * @param client renews its credentials where that may help
 */
export function judgedFailure(
  client: S3Client,
  verdict: S3Failure,
  errorCode: string | undefined,
  response: S3Response,
): AttemptError {
  const mayRetry = verdict.mayRetry === 'with-new-credentials' ? client.renewCredentials() : verdict.mayRetry
  const message = `S3 answered ${response.status} ${speakableCode(errorCode)}: ${verdict.advice}`
  const retryAfterSeconds = parseRetryAfter(response.headers.get('retry-after'), Date.now())
  return new AttemptError(verdict.code, message, mayRetry, {
    s3RequestId: requestIdOf(response),
    retryAfterSeconds,
  })
}

/** The error code of S3, made safe for a line of the log. */
export function speakableCode(errorCode: string | undefined): string {
  return errorCode?.replace(/[^A-Za-z0-9.]/g, '').slice(0, 100) || 'without an error code'
}

/** The request id that S3 gives to its answer, where it is safe for a line of the log. */
export function requestIdOf({ headers }: S3Response): string | undefined {
  const id = headers.get('x-amz-request-id')
  return id !== undefined && /^[\w+/=.:-]{1,128}$/.test(id) ? id : undefined
}

/**
 * Reads the body of an error.
 *
 * @returns text; empty where there is too much of it
 * @throws AttemptError when the body breaks off or takes too long: nobody knows what S3 meant to say
 */
export function readError(response: S3Response, signal: CancelSignal, deadline: Deadline): Promise<string> {
  return readAnswer(response, maxErrorBytes, signal, deadline, (bytes) => bytes?.toString('latin1') ?? '')
}

const maxErrorBytes = 64 * 1024

/**
 * Reads the body of an answer that is no object, and makes something of it.
 *
 * @param parse gets `undefined` where the body is larger than `limitBytes`
 * @throws AttemptError when the body broke, took too long or made no sense
 */
export function readAnswer<Parsed>(
  { body }: S3Response,
  limitBytes: number,
  signal: CancelSignal,
  deadline: Deadline,
  parse: (bytes: Buffer | undefined) => Parsed,
): Promise<Parsed> {
  return beforeHead(body, signal, deadline, async () =>
    parse(await readWhole(body, limitBytes, deadline.remainingMs)),
  )
}

/**
 * Reads of a body while the client has no head yet, so that a failure is one of the attempt.
 *
 * @throws AttemptError when the body broke, took too long or made no sense
 */
export async function beforeHead<T>(
  body: S3Response['body'],
  signal: CancelSignal,
  deadline: Deadline,
  read: () => Promise<T>,
): Promise<T> {
  const cancel = () => body.cancel()
  signal.addEventListener('abort', cancel)
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof TransportError) || signal.aborted) throw error
    if (deadline.isOver) throw new AttemptError('S3_TIMEOUT', 'S3 did not finish its answer in time', false)
    throw toAttemptError(error)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
