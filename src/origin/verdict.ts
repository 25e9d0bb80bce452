import {
  badCredentials,
  byCode,
  keyUnusable,
  nameUnknown,
  noS3,
  paceCodes,
  redirected,
  type S3Verdict,
  slowDown,
  transient,
  wrongSignature,
} from './s3-error-codes.ts'

/**
 * Reads from status and error code what S3 complains of: this object or its key, our pace, our configuration, or its
 * own health.
 *
 * An unknown code is about this object where its status blames the request. Otherwise a visitor with an odd key could
 * cause a warning that blames the endpoint.
 *
 * @param errorCode code in the XML body; `undefined` when there was none, as for HEAD
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function judgeS3Answer(status: number, errorCode: string | undefined): S3Verdict {
  const known = errorCode === undefined ? undefined : judgeCode(status, errorCode)
  if (known !== undefined) return known
  if (status === 412) return { kind: 'precondition-failed' }
  if (status === 416) return { kind: 'range-not-satisfiable' }
  // The key is too long for a request.
  if (status === 414) return { kind: 'not-found' }
  // Some stores say 509 for too much bandwidth, and an answer to HEAD has no code that tells it.
  if (status === 429 || status === 509 || (status === 503 && errorCode === undefined)) return slowDown
  if (status === 408 || status >= 500) return transient
  if (status >= 300 && status < 400) return redirected
  if (status === 401) return badCredentials
  if (status < 400 || errorCode === undefined) return noS3
  return { kind: status === 404 || status === 410 ? 'not-found' : 'denied', advice: nameUnknown }
}

function judgeCode(status: number, errorCode: string): S3Verdict | undefined {
  const known = byCode.get(errorCode)
  if (known !== undefined) return known
  if (paceCodes.test(errorCode)) return slowDown
  // S3 says `KMS.DisabledException`, MinIO `XMinioKMSKeyNotFound`.
  if (!errorCode.includes('KMS')) return undefined
  const cause = byCode.get(errorCode.slice(errorCode.lastIndexOf('.') + 1))
  if (cause?.kind === 'failure' && cause.mayRetry === true) return cause
  return status === 429 || status >= 500 ? undefined : keyUnusable
}

/**
 * Whether S3 refuses to give a version by its name. Some stores have no versions, or sign a query in another way. A busy
 * or absent S3 and expired keys are no such refusal.
 */
export function refusesVersionId(status: number, verdict: S3Verdict): boolean {
  if (verdict.kind !== 'failure') return verdict.kind !== 'range-not-satisfiable'
  return status === 501 || verdict.code === 'S3_BAD_ANSWER' || verdict === wrongSignature
}

/** Text of the first element of that name in an S3 error, which is flat XML. */
export function xmlElement(xml: string, name: string): string | undefined {
  const error = xml.search(/<Error[\s>]/)
  const start = error === -1 ? -1 : xml.indexOf(`<${name}>`, error)
  if (start === -1) return undefined
  const text = xml.slice(start + name.length + 2, start + name.length + 2 + maxElementLength)
  const end = text.indexOf('<')
  return end > 0 && text.startsWith(`</${name}>`, end) ? text.slice(0, end) : undefined
}

const maxElementLength = 400
