import { S3ProxyError } from '../errors.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import type { Deadline } from '../waiting/deadline.ts'
import type { BucketEndpoint } from './bucket-endpoint.ts'
import type { S3Response } from './connection.ts'
import type { ConnectionPool } from './connection-pool.ts'
import type { CredentialSource } from './credentials.ts'
import type { Sharer } from './fair-shares.ts'
import type { Credentials, Signer } from './sigv4.ts'
import { requestGivenUp, TransportError } from './transport-error.ts'
import { canonicalQuery, type QueryParameters, uriEncodePath } from './uri-encode.ts'

/** A request for one object, or for the bucket. */
export interface S3Request {
  method: 'GET' | 'HEAD'
  /** The key in wire form, below the endpoint's key prefix. Without it the request goes to the bucket itself. */
  wireKey?: string
  /** Parameters of the query, which is signed. */
  query?: QueryParameters | undefined
  /** Conditions and `range`: lower-case names in alphabetical order, values in printable ASCII. */
  headers: ReadonlyArray<readonly [name: string, value: string]>
  /**
   * `gzip` by default: some stores (R2, Google Cloud Storage) decompress objects that were stored compressed unless the
   * client takes gzip. `identity` asks for an answer that nothing compresses on its way. The header is not signed,
   * because some proxies change it.
   */
  acceptEncoding?: 'gzip' | 'identity'
  /** Owner of the share of connections that the request uses. */
  sharer?: Sharer
}

export interface S3Client {
  /**
   * Signs the request, sends it once over a pooled connection, and answers with the head as S3 sent it.
   *
   * @param deadline for all steps together: credentials, a free connection, connecting, the head
   * @throws TransportError, S3ProxyError `S3_CREDENTIALS` or `S3_TIMEOUT`
   */
  send(request: S3Request, signal: CancelSignal, deadline: Deadline): Promise<S3Response>
  /** Asks for other credentials: S3 refuses these. @returns whether another attempt will have others */
  renewCredentials(): boolean
}

export interface S3ClientOptions {
  endpoint: BucketEndpoint
  /** The pool, which the clients of all buckets at one origin share. */
  pool: Pick<ConnectionPool, 'acquire' | 'distrust'>
  credentials: CredentialSource
  sign: Signer
  stallTimeoutMs: number
  /** The `user-agent`, which is not signed. Firewalls refuse requests without one. */
  userAgent: string
  /** The date of signatures, in milliseconds since the epoch. */
  now(): number
}

/** Dead kept-alive connections that one request may meet; the next one is a failure. */
const maxStale = 3

export function createS3Client(options: S3ClientOptions): S3Client {
  const { endpoint, pool, sign, now } = options
  const hostHeader = ['host', endpoint.origin.host] as const
  const basePath = endpoint.bucketPath + uriEncodePath(endpoint.keyPrefix)
  const unsigned = `user-agent: ${options.userAgent}\r\naccept-encoding: `

  function headOf(
    { method, wireKey, query: parameters, headers, acceptEncoding = 'gzip' }: S3Request,
    credentials: Credentials,
  ): string {
    const path = wireKey === undefined ? endpoint.bucketPath : basePath + wireKey
    const query = parameters === undefined ? '' : canonicalQuery(parameters)
    const target = query === '' ? path : `${path}?${query}`
    let head = `${method} ${target} HTTP/1.1\r\n${unsigned}${acceptEncoding}\r\n`
    const unsignedRequest = { method, path, query, headers: [hostHeader, ...headers] }
    for (const [name, value] of sign(unsignedRequest, credentials, now())) head += `${name}: ${value}\r\n`
    return `${head}\r\n`
  }

  return {
    async send(request, signal, deadline) {
      const given = options.credentials.get()
      const credentials = given instanceof Promise ? await inTime(given, signal, deadline) : given
      for (let stale = 0; ; stale++) {
        const available = pool.acquire(signal, deadline.remainingMs, request, stale > 0)
        const connection = available instanceof Promise ? await available : available
        if (signal.aborted) {
          connection.close()
          throw requestGivenUp()
        }
        try {
          const head = headOf(request, credentials)
          const timeoutMs = Math.min(deadline.remainingMs, options.stallTimeoutMs)
          return await connection.exchange(request.method, head, timeoutMs, signal)
        } catch (error) {
          const isStale = error instanceof TransportError && error.failure === 'stale'
          if (!isStale) throw error
          // The kept-alive connection was closed or dead before it was used: S3 did not fail. Connections that have been
          // idle for as long are no better.
          pool.distrust(connection)
          if (deadline.isOver) throw new TransportError('stalled', error.message)
          if (stale === maxStale) throw error
        }
      }
    },
    renewCredentials: () => options.credentials.renew(),
  }
}

/** Waits for credentials within the deadline: the timeouts of their providers add up to more. */
function inTime(given: Promise<Credentials>, signal: CancelSignal, deadline: Deadline): Promise<Credentials> {
  return new Promise((resolve, reject) => {
    const abort = () => finish(requestGivenUp())
    const timer = setTimeout(() => {
      finish(new S3ProxyError('S3_TIMEOUT', 'the AWS credential chain did not answer in time'))
    }, deadline.remainingMs)
    const finish = (outcome: Credentials | Error) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      if (outcome instanceof Error) reject(outcome)
      else resolve(outcome)
    }
    signal.addEventListener('abort', abort)
    given.then(finish, finish)
  })
}
