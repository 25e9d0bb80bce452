import type { BucketEndpoint } from './bucket-endpoint.ts'
import type { S3Response } from './connection.ts'
import type { ConnectionPool } from './connection-pool.ts'
import type { CredentialSource } from './credentials.ts'
import type { Signer } from './sigv4.ts'
import { TransportError } from './transport-error.ts'

/** A request for one object: the only kind there is on the hot path. */
export interface S3Request {
  method: 'GET' | 'HEAD'
  /** The key in wire form, below the endpoint's base path. */
  wireKey: string
  /** Conditional headers and `range`; lower-case names in alphabetical order, printable ASCII. */
  headers: ReadonlyArray<readonly [name: string, value: string]>
}

export interface S3Client {
  /**
   * Signs the request, sends it once on a pooled connection, and answers with the head as S3 sent it.
   *
   * @param stepMs how long each step may take: waiting for a free connection, connecting, the head
   * @throws TransportError, S3ProxyError `S3_CREDENTIALS`
   */
  send(request: S3Request, signal: AbortSignal, stepMs: number): Promise<S3Response>
  close(): void
}

export interface S3ClientOptions {
  endpoint: BucketEndpoint
  pool: ConnectionPool
  credentials: CredentialSource
  sign: Signer
  stallTimeoutMs: number
  now(): number
}

export function createS3Client(options: S3ClientOptions): S3Client {
  const { endpoint, pool, sign, now } = options
  const hostHeader = ['host', endpoint.host] as const

  return {
    async send(request, signal, stepMs) {
      const given = options.credentials()
      const credentials = given instanceof Promise ? await given : given
      for (;;) {
        const available = pool.acquire(signal, stepMs)
        const connection = available instanceof Promise ? await available : available
        if (signal.aborted) {
          connection.close()
          throw new TransportError('cancelled', 'the request was given up')
        }
        const path = endpoint.basePath + request.wireKey
        const signed = sign(
          { method: request.method, path, headers: [hostHeader, ...request.headers] },
          credentials,
          now(),
        )
        let head = `${request.method} ${path} HTTP/1.1\r\n`
        for (const [name, value] of signed) head += `${name}: ${value}\r\n`
        const abort = () => connection.close()
        signal.addEventListener('abort', abort, { once: true })
        try {
          return await connection.exchange(
            request.method,
            `${head}\r\n`,
            Math.min(stepMs, options.stallTimeoutMs),
          )
        } catch (error) {
          // S3 had closed the kept-alive connection: nothing was asked yet, so ask on another one.
          if (error instanceof TransportError && error.failure === 'stale') continue
          throw error
        } finally {
          signal.removeEventListener('abort', abort)
        }
      }
    },
    close: () => pool.close(),
  }
}
