import type { IncomingHttpHeaders } from 'node:http'
import type { MisbehaviourScript } from './misbehaviour.ts'
import type { NewObject, StoredObject } from './object-store.ts'

/** The one pair of keys that the stand-in knows; with a session token, every request must carry it. */
export interface StandInCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

export interface S3StandInOptions {
  /** 0, the default, takes a free one. */
  port?: number
  bucket?: string
  region?: string
  accessKeyId?: string
  secretAccessKey?: string
  sessionToken?: string
  /** Whether the keys hold `s3:ListBucket`: without it a key that does not exist is a 403 AccessDenied. */
  mayList?: boolean
  /** PEM texts; with them the stand-in speaks https. */
  tls?: { key: string; cert: string }
  /** Waits so long before every head. */
  firstByteDelayMs?: number
  bytesPerSecondPerConnection?: number
  /** The clock that dates are checked against and answers are dated by. */
  clock?: () => Date
  /** The oldest records are dropped beyond it; 0 for benchmarks. */
  maxRecordedRequests?: number
}

export interface RecordedRequest {
  method: string
  /** The request target byte for byte as it came, query and all. */
  rawTarget: string
  /** Decoded; `undefined` when the target names no key of the bucket. */
  key: string | undefined
  headers: IncomingHttpHeaders
  /** Whether the signature was right, whatever was answered. */
  authenticated: boolean
  /** 0 until a head was sent, and for ever when none was. */
  status: number
  /** Milliseconds since the epoch, by the real clock. */
  at: number
  bodyBytesSent: number
  /** `cut`: by a misbehaviour; `client-left`: the client closed before the answer was finished. */
  outcome: 'open' | 'complete' | 'cut' | 'client-left'
}

export interface S3StandIn extends StandInCredentials {
  /** `http://127.0.0.1:port` */
  readonly origin: string
  /** The bucket in path style, with a trailing slash. */
  readonly endpoint: string
  readonly port: number
  readonly bucket: string
  readonly region: string
  put(key: string, object: NewObject): StoredObject
  delete(key: string): void
  /** For good, in a bucket with versions. */
  deleteVersion(key: string, versionId: string): void
  /** Makes the bucket one with versions: each `put` has a name from now on, and `delete` only leaves a mark. */
  enableVersions(): void
  readonly requests: RecordedRequest[]
  /** How many requests came, recorded or not. */
  readonly requestCount: number
  readonly openConnections: number
  /** Resolves as soon as fewer than `count` connections are open. */
  connectionsBelow(count: number): Promise<void>
  /** Resolves as soon as `count` requests came, counted from the start. */
  requestsReach(count: number): Promise<void>
  /** Resolves as soon as no request is open. */
  requestsSettled(): Promise<void>
  /** Sets the script for every request from now on and counts `ordinal` anew; `null` is good behaviour. */
  misbehave(script: MisbehaviourScript | null): void
  /** Resets what is open and stops listening. */
  close(): Promise<void>
}
