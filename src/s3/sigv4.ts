import { createHmac, hash } from 'node:crypto'

/** The keys that a signature is made with. */
export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string | undefined
}

export interface RequestToSign {
  method: string
  /** Canonical spelling: the path is sent as it is signed. */
  path: string
  /** Canonical spelling, without `?`. @see canonicalQuery */
  query?: string | undefined
  /** Headers with lower-case names in alphabetical order, all before `x-amz-`, and trimmed values with single spaces. */
  headers: ReadonlyArray<readonly [name: string, value: string]>
}

/**
 * Signs requests without a body with Signature Version 4, in the `authorization` header.
 *
 * The signing key is derived once a day for each secret. A request costs one hash and one HMAC.
 *
 * @returns the headers to send: the given ones and those that the signature adds
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export type Signer = (request: RequestToSign, credentials: Credentials, nowMs: number) => [string, string][]

export function createSigner(region: string): Signer {
  let timestamp = { second: Number.NaN, amzDate: '' }
  let derived: { secret: string; date: string; key: Buffer } = { secret: '', date: '', key: Buffer.alloc(0) }

  function amzDateAt(nowMs: number): string {
    const second = Math.floor(nowMs / 1000)
    if (second !== timestamp.second) {
      timestamp = {
        second,
        amzDate: `${new Date(second * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`,
      }
    }
    return timestamp.amzDate
  }

  function signingKey(secret: string, date: string): Buffer {
    if (derived.secret !== secret || derived.date !== date) {
      const steps = [date, region, 's3', 'aws4_request']
      const key = steps.reduce((previous: Buffer, step) => hmac(previous, step), Buffer.from(`AWS4${secret}`))
      derived = { secret, date, key }
    }
    return derived.key
  }

  return (request, credentials, nowMs) => {
    const amzDate = amzDateAt(nowMs)
    const date = amzDate.slice(0, 8)
    const headers: [string, string][] = request.headers.map(([name, value]) => [name, value])
    headers.push(['x-amz-content-sha256', emptyPayloadHash], ['x-amz-date', amzDate])
    if (credentials.sessionToken !== undefined)
      headers.push(['x-amz-security-token', credentials.sessionToken])
    let canonicalHeaders = ''
    let signedHeaders = ''
    for (const [name, value] of headers) {
      canonicalHeaders += `${name}:${value}\n`
      signedHeaders += signedHeaders === '' ? name : `;${name}`
    }
    const canonical = `${request.method}\n${request.path}\n${request.query ?? ''}\n${canonicalHeaders}\n${signedHeaders}\n${emptyPayloadHash}`
    const scope = `${date}/${region}/s3/aws4_request`
    const toSign = `AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${hash('sha256', canonical)}`
    const signature = createHmac('sha256', signingKey(credentials.secretAccessKey, date))
      .update(toSign)
      .digest('hex')
    headers.push([
      'authorization',
      `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    ])
    return headers
  }
}

const emptyPayloadHash = hash('sha256', '')

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
