import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { canonicalQuery, type RequestTarget } from './request-target.ts'
import { type S3Error, s3Error } from './s3-error.ts'
import { parseAuthorization } from './sigv4-authorization.ts'
import type { StandInCredentials } from './stand-in-types.ts'

export interface SignedRequest {
  method: string
  target: RequestTarget
  /** Lower-case names; every value of a repeated header. */
  headers: NodeJS.Dict<string[]>
}

export type VerifySigV4 = (request: SignedRequest, now: Date) => S3Error | undefined

const maxSkewMs = 15 * 60 * 1000
const emptySha256 = createHash('sha256').update('').digest('hex')

/**
 * Makes the check of a signature in the `Authorization` header.
 *
 * @returns a function that answers the error S3 would give, or `undefined` when the request is signed as it should be
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function createSigV4Verifier(credentials: StandInCredentials, region: string): VerifySigV4 {
  let keyDate = ''
  let signingKey: Buffer = Buffer.alloc(0)

  return (request, now) => {
    const authorization = request.headers.authorization?.[0]
    if (authorization === undefined) return s3Error('AccessDenied')
    const parsed = parseAuthorization(authorization, region)
    if ('code' in parsed) return parsed
    if (parsed.accessKeyId !== credentials.accessKeyId) {
      return s3Error('InvalidAccessKeyId', { details: { AWSAccessKeyId: parsed.accessKeyId } })
    }
    const headerError =
      checkDate(request, parsed.date, now) ??
      checkToken(request, credentials.sessionToken) ??
      checkPayloadHash(request) ??
      checkCoverage(request, parsed.signedHeaders)
    if (headerError !== undefined) return headerError

    if (keyDate !== parsed.date) {
      signingKey = deriveSigningKey(credentials.secretAccessKey, parsed.date, region)
      keyDate = parsed.date
    }
    const canonicalRequest = toCanonicalRequest(request, parsed.signedHeaders)
    const hash = createHash('sha256').update(canonicalRequest).digest('hex')
    const scope = `${parsed.date}/${region}/s3/aws4_request`
    const stringToSign = `AWS4-HMAC-SHA256\n${request.headers['x-amz-date']?.[0]}\n${scope}\n${hash}`
    const expected = createHmac('sha256', signingKey).update(stringToSign).digest()
    if (timingSafeEqual(expected, Buffer.from(parsed.signature, 'hex'))) return undefined
    return s3Error('SignatureDoesNotMatch', {
      details: {
        AWSAccessKeyId: parsed.accessKeyId,
        StringToSign: stringToSign,
        SignatureProvided: parsed.signature,
        CanonicalRequest: canonicalRequest,
      },
    })
  }
}

function checkDate(request: SignedRequest, scopeDate: string, now: Date): S3Error | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(request.headers['x-amz-date']?.[0] ?? '')
  if (parts === null) {
    return s3Error('AccessDenied', {
      message: 'AWS authentication requires a valid Date or x-amz-date header',
    })
  }
  const [text, year, month, day, hour, minute, second] = parts
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (text.slice(0, 8) !== scopeDate) {
    return s3Error('AuthorizationHeaderMalformed', {
      message: `The authorization header is malformed; Invalid credential date "${scopeDate}". This date is not the same as X-Amz-Date: "${text.slice(0, 8)}".`,
    })
  }
  if (Math.abs(now.getTime() - time.getTime()) <= maxSkewMs) return undefined
  return s3Error('RequestTimeTooSkewed', {
    details: {
      RequestTime: text,
      ServerTime: now.toISOString(),
      MaxAllowedSkewMilliseconds: String(maxSkewMs),
    },
  })
}

// Temporary keys without their token are unknown to S3; a wrong token is an error of its own.
function checkToken(request: SignedRequest, expected: string | undefined): S3Error | undefined {
  const token = request.headers['x-amz-security-token']?.[0]
  if (token === expected) return undefined
  return token === undefined ? s3Error('InvalidAccessKeyId') : s3Error('InvalidToken')
}

function checkPayloadHash(request: SignedRequest): S3Error | undefined {
  const hash = request.headers['x-amz-content-sha256']?.[0]
  if (hash === 'UNSIGNED-PAYLOAD' || hash === emptySha256) return undefined
  if (hash === undefined) {
    return s3Error('InvalidRequest', {
      message: 'Missing required header for this request: x-amz-content-sha256',
    })
  }
  if (/^[0-9a-f]{64}$/.test(hash)) {
    return s3Error('XAmzContentSHA256Mismatch', {
      details: { ClientComputedContentSHA256: hash, S3ComputedContentSHA256: emptySha256 },
    })
  }
  return s3Error('InvalidArgument', {
    message: 'x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a valid sha256 value.',
  })
}

function checkCoverage(request: SignedRequest, signedHeaders: string[]): S3Error | undefined {
  const unsigned = Object.keys(request.headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !signedHeaders.includes(name),
  )
  if (unsigned.length === 0) return undefined
  return s3Error('AccessDenied', {
    message: 'There were headers present in the request which were not signed',
    details: { HeadersNotSigned: unsigned.join(', ') },
  })
}

// A signed header that did not arrive counts as empty, so that the signature cannot be right.
function toCanonicalRequest(request: SignedRequest, signedHeaders: string[]): string {
  const lines = signedHeaders.map((name) => {
    const values = request.headers[name] ?? []
    return `${name}:${values.map((value) => value.trim().replace(/ +/g, ' ')).join(',')}\n`
  })
  return [
    request.method,
    request.target.canonicalPath,
    canonicalQuery(request.target.query),
    lines.join(''),
    signedHeaders.join(';'),
    request.headers['x-amz-content-sha256']?.[0],
  ].join('\n')
}

function deriveSigningKey(secretAccessKey: string, date: string, region: string): Buffer {
  const steps = [date, region, 's3', 'aws4_request']
  return steps.reduce<Buffer>(
    (key, step) => createHmac('sha256', key).update(step).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  )
}
