import { type S3Error, s3Error } from './s3-error.ts'

export interface ParsedAuthorization {
  accessKeyId: string
  /** `YYYYMMDD` of the credential scope. */
  date: string
  signedHeaders: string[]
  signature: string
}

/** Takes an `Authorization` header apart, checking everything that needs no secret. */
export function parseAuthorization(header: string, ownRegion: string): ParsedAuthorization | S3Error {
  const [scheme, rest] = header.split(/ +(.*)/s)
  if (scheme !== 'AWS4-HMAC-SHA256' || rest === undefined) {
    return s3Error('InvalidRequest', {
      message: 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    })
  }
  const fields = new Map(
    rest.split(',').map((field) => {
      const [name = '', value = ''] = field.trim().split(/=(.*)/s)
      return [name, value]
    }),
  )
  const signature = fields.get('Signature') ?? ''
  const signedHeaders = (fields.get('SignedHeaders') ?? '').split(';')
  const [accessKeyId, date, region, service, terminator, ...more] = (fields.get('Credential') ?? '').split(
    '/',
  )
  if (accessKeyId === undefined || date === undefined || terminator !== 'aws4_request' || more.length > 0) {
    return malformed(
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    )
  }
  if (service !== 's3') return malformed(`incorrect service "${service}". This endpoint belongs to "s3".`)
  if (region !== ownRegion) {
    return malformed(`the region '${region}' is wrong; expecting '${ownRegion}'`, { Region: ownRegion })
  }
  if (!/^[0-9a-f]{64}$/.test(signature)) return malformed('the Signature is mal-formed.')
  if (signedHeaders.join(';') !== [...new Set(signedHeaders)].sort().join(';').toLowerCase()) {
    return malformed('the SignedHeaders are not sorted lower-case names.')
  }
  return { accessKeyId, date, signedHeaders, signature }
}

function malformed(reason: string, details?: Record<string, string>): S3Error {
  const message = `The authorization header is malformed; ${reason}`
  return s3Error('AuthorizationHeaderMalformed', details === undefined ? { message } : { message, details })
}
