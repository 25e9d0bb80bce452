import type { ErrorCode } from '../errors.ts'
import type { ByteSource } from '../http/byte-source.ts'

/** What S3 means by an answer that is not the object. */
export type S3Verdict =
  | { kind: 'not-found' | 'denied' | 'precondition-failed' | 'range-not-satisfiable' }
  | { kind: 'failure'; code: ErrorCode; mayRetry: boolean | 'with-new-credentials'; advice: string }

/**
 * Reads S3's intention from status and error code.
 *
 * @param errorCode of the XML body; `undefined` when there was none, as for HEAD
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function judgeS3Answer(status: number, errorCode: string | undefined): S3Verdict {
  const known = byCode.get(errorCode ?? '')
  if (known !== undefined) return known
  if (status === 412) return { kind: 'precondition-failed' }
  if (status === 416) return { kind: 'range-not-satisfiable' }
  if (status === 429 || (status === 503 && errorCode === undefined)) return slowDown
  if (status >= 500)
    return failure('S3_UNAVAILABLE', true, 'S3 failed; if this lasts, see the status page of the S3 service')
  if (status >= 300 && status < 400) return redirected
  if (status === 401 || (status === 403 && errorCode !== undefined)) return badCredentials
  return failure('S3_BAD_ANSWER', false, 'check s3.endpoint (AWS_S3_ENDPOINT): does it point at S3?')
}

/** How much of an error's body is looked at. */
const maxErrorBytes = 64 * 1024

/**
 * Reads the body of an S3 error to its end, or gives it up where it is no S3 error.
 *
 * @param timeoutMs for the whole of it
 * @returns text; empty where there is too much of it
 * @throws TransportError when the body broke: what S3 meant to say is not known
 */
export async function readErrorBody(body: ByteSource, timeoutMs: number): Promise<string> {
  const timer = setTimeout(() => body.cancel(), timeoutMs)
  try {
    let text = ''
    for (;;) {
      const piece = await body.read()
      if (piece === null) return text
      text += Buffer.from(piece).toString('latin1')
      if (text.length > maxErrorBytes) return ''
    }
  } finally {
    clearTimeout(timer)
    body.cancel()
  }
}

/** The text of the first such element of an S3 error, which is flat XML. */
export function xmlElement(xml: string, name: string): string | undefined {
  const error = xml.search(/<Error[\s>]/)
  const start = error === -1 ? -1 : xml.indexOf(`<${name}>`, error)
  if (start === -1) return undefined
  const text = xml.slice(start + name.length + 2, start + name.length + 2 + maxElementLength)
  const end = text.indexOf('<')
  return end > 0 && text.startsWith(`</${name}>`, end) ? text.slice(0, end) : undefined
}

const maxElementLength = 400

function failure(code: ErrorCode, mayRetry: boolean | 'with-new-credentials', advice: string): S3Verdict {
  return { kind: 'failure', code, mayRetry, advice }
}

const slowDown = failure(
  'S3_SLOW_DOWN',
  true,
  'S3 asks for fewer requests; spread the load over more key prefixes',
)
const redirected = failure(
  'S3_BAD_ANSWER',
  false,
  'the bucket lives elsewhere: check s3.region (AWS_S3_REGION) and s3.endpoint (AWS_S3_ENDPOINT)',
)
const badCredentials = failure(
  'S3_CREDENTIALS',
  false,
  'check s3.accessKeyId and s3.secretAccessKey (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), or the role',
)
const expiredCredentials = failure(
  'S3_CREDENTIALS',
  'with-new-credentials',
  'the temporary credentials have expired: renew s3.sessionToken (AWS_SESSION_TOKEN) and its keys, or use a role',
)
const clockSkew = failure(
  'S3_CREDENTIALS',
  false,
  "this machine's clock differs from S3's by more than 15 minutes: set it",
)
const wrongRegion = failure(
  'S3_CREDENTIALS',
  false,
  "the region of the signature is not the bucket's: check s3.region (AWS_S3_REGION)",
)
const noBucket = failure('S3_BUCKET_MISSING', false, 'check the bucket in s3.endpoint (AWS_S3_ENDPOINT)')
const transient = failure(
  'S3_UNAVAILABLE',
  true,
  'S3 failed; if this lasts, see the status page of the S3 service',
)

const byCode = new Map<string, S3Verdict>([
  ['NoSuchKey', { kind: 'not-found' }],
  ['NoSuchVersion', { kind: 'not-found' }],
  ['KeyTooLongError', { kind: 'not-found' }],
  ['AccessDenied', { kind: 'denied' }],
  // Archived: it exists, and cannot be read until it is restored.
  ['InvalidObjectState', { kind: 'denied' }],
  ['PreconditionFailed', { kind: 'precondition-failed' }],
  ['InvalidRange', { kind: 'range-not-satisfiable' }],
  ['SlowDown', slowDown],
  ['ServiceUnavailable', slowDown],
  ['TooManyRequests', slowDown],
  ['RequestLimitExceeded', slowDown],
  ['ThrottlingException', slowDown],
  ['InternalError', transient],
  ['RequestTimeout', transient],
  ['OperationAborted', transient],
  ['NoSuchBucket', noBucket],
  ['InvalidBucketName', noBucket],
  ['PermanentRedirect', redirected],
  ['TemporaryRedirect', redirected],
  ['Redirect', redirected],
  ['AuthorizationHeaderMalformed', wrongRegion],
  ['RequestTimeTooSkewed', clockSkew],
  ['RequestExpired', clockSkew],
  ['SignatureDoesNotMatch', badCredentials],
  ['InvalidAccessKeyId', badCredentials],
  ['InvalidSecurity', badCredentials],
  ['InvalidToken', expiredCredentials],
  ['ExpiredToken', expiredCredentials],
  ['TokenRefreshRequired', expiredCredentials],
  ['AccountProblem', badCredentials],
  ['NotSignedUp', badCredentials],
  ['AllAccessDisabled', badCredentials],
])
