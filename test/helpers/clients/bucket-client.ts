import { createHash } from 'node:crypto'
import type { TestContext } from 'node:test'
import { parseEndpoint } from '../../../src/config/schema/endpoint.ts'
import type { S3ProxyError } from '../../../src/errors.ts'
import type { ByteSource } from '../../../src/http/byte-source.ts'
import type { ObjectKey } from '../../../src/object/key.ts'
import type { ListPage, ListRequest } from '../../../src/object/object-list.ts'
import type {
  ChecksumResult,
  Conditions,
  ObjectRequest,
  ObjectResult,
  ObjectSource,
} from '../../../src/object/object-source.ts'
import { createRetryBudget } from '../../../src/origin/retry-budget.ts'
import { createS3Source, type S3SourceOptions } from '../../../src/origin/s3-source.ts'
import { type BlockPool, createBlockPool } from '../../../src/s3/block-pool.ts'
import { type ConnectionPool, createConnectionPool } from '../../../src/s3/connection-pool.ts'
import { type CredentialSource, createCredentialSource } from '../../../src/s3/credentials.ts'
import { createS3Client, type S3Client } from '../../../src/s3/s3-client.ts'
import { createSigner } from '../../../src/s3/sigv4.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'

/** The address and the keys of a stand-in, or of a fault proxy before it. */
export interface BucketAddress {
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

export interface BucketClientOptions extends Partial<S3SourceOptions> {
  connectTimeoutMs?: number
  stallTimeoutMs?: number
  maxConnections?: number
  idleTimeoutMs?: number
  /** Takes the place of the keys of the address. */
  credentials?: CredentialSource
}

/** The S3 half of the program, as the wiring puts it together, with its insides in reach. */
export interface BucketClient {
  source: ObjectSource
  client: S3Client
  pool: ConnectionPool
  blocks: BlockPool
  /** Every error after which a request was tried again, with its place. */
  retries: { error: S3ProxyError; where: 'head' | 'body' }[]
  open(key: string, request?: Partial<ObjectRequest>): Promise<ObjectResult>
  checksum(key: string, etag: string): Promise<ChecksumResult>
  list(request?: ListQuestion): Promise<ListPage>
  /** Opens an object that is there; the record says what its body costs. */
  get(key: string, conditions?: Conditions, signal?: AbortSignal): Promise<Found>
}

/** A request for a list whose keys are given as they are. */
export interface ListQuestion extends Partial<Omit<ListRequest, 'prefix' | 'after'>> {
  prefix?: string
  after?: string
}

export type Found = Extract<ObjectResult, { kind: 'found' }> & { record: RequestRecord }

export function createBucketClient(
  t: Pick<TestContext, 'after'>,
  s3: BucketAddress,
  options: BucketClientOptions = {},
): BucketClient {
  const endpoint = parseEndpoint(s3.endpoint)
  if (endpoint === undefined) throw new Error(`not an endpoint: ${s3.endpoint}`)
  const { stallTimeoutMs = 10_000, connectTimeoutMs = 5000, maxConnections = 256 } = options
  const blocks = createBlockPool()
  const pool = createConnectionPool({
    ...{ origin: endpoint.origin, maxConnections, connectTimeoutMs, stallTimeoutMs, blocks },
    ...(options.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: options.idleTimeoutMs }),
  })
  const client = createS3Client({
    ...{ endpoint, pool, stallTimeoutMs, userAgent: 's3proxy/test', now: Date.now },
    credentials: options.credentials ?? createCredentialSource(s3),
    sign: createSigner(s3.region),
  })
  const retries: BucketClient['retries'] = []
  const source = createS3Source({
    keyPrefix: endpoint.keyPrefix,
    ...{ client, maxAttempts: 3, deadlineMs: 30_000, readerPatienceMs: 10_000, random: () => 0.01 },
    now: () => performance.now(),
    retryBudget: createRetryBudget(),
    isCrowded: pool.isCrowded,
    onRetry: (error, where) => retries.push({ error, where }),
    ...options,
  })
  t.after(() => pool.close())
  const open = (key: string, request: Partial<ObjectRequest> = {}, record = new RequestRecord()) =>
    source.open(
      {
        ...{ method: 'GET', conditions: {}, signal: new AbortController().signal },
        ...request,
        key: key as ObjectKey,
      },
      record,
    )
  return {
    ...{ source, client, pool, blocks, retries, open },
    checksum: (key, etag) =>
      source.checksum({ key: key as ObjectKey, etag, signal: new AbortController().signal }),
    list: (request = {}) =>
      source.list({
        ...{ prefix: '', limit: 1000, signal: new AbortController().signal },
        ...request,
      } as ListRequest),
    async get(key, conditions = {}, signal = new AbortController().signal) {
      const record = new RequestRecord()
      const result = await open(key, { conditions, signal }, record)
      if (result.kind !== 'found') throw new Error(`${key} was not found: ${result.kind}`)
      return { ...result, record }
    },
  }
}

/** Reads every byte of a body. @param pace called between two pieces */
export async function readAll(body: ByteSource, pace?: () => unknown): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (;;) {
    const piece = await body.read()
    if (piece === null) return Buffer.concat(pieces)
    const copy = Buffer.from(piece)
    await pace?.()
    // The lent bytes must not change before the next read.
    if (!copy.equals(piece)) throw new Error('bytes changed while the reader had them')
    pieces.push(copy)
  }
}

/** Hashes a body that is too large to keep. @returns its SHA-256 in hex */
export async function hashBody(body: ByteSource): Promise<string> {
  const hash = createHash('sha256')
  for (;;) {
    const piece = await body.read()
    if (piece === null) return hash.digest('hex')
    hash.update(piece)
  }
}
