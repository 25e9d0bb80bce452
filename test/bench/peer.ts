import type { BenchObject } from './objects.ts'
import type { BenchSso } from './sso.ts'

/** A server that is measured, in processes of its own. */
export interface Peer {
  name: PeerName
  /** The process whose CPU and memory are read, with its children. */
  pid: number
  port: number
  /** Path before the object's name. */
  basePath: string
  /** Header lines that permit a request for a path: a cookie or a signature; none for a peer that checks nobody. */
  credentialLines(path: string): string[]
  etagOf(object: BenchObject): string
}

export const peerNames = [
  's3proxy',
  's3proxy mounts',
  's3proxy before',
  'nginx',
  'nginx one line',
  'nginx tuned',
  'oauth2-proxy',
  'versitygw',
] as const
export type PeerName = (typeof peerNames)[number]

/** Tells whether a peer can do a work. versitygw is an origin itself, so it asks no origin by https. */
export function takesPart(name: PeerName, work: { isSecure: boolean }): boolean {
  return name !== 'versitygw' || !work.isSecure
}

export interface PeerSettings {
  /** The URL of the origin, with the folder that stands for the bucket. */
  upstream: URL
  /** The objects that will be asked for. */
  objects: readonly BenchObject[]
  /** The path of the origin's certificate. */
  certificate: string
  redisPort: number
  sso: BenchSso
  /** Folder for logs, configuration and temporary files. */
  folder: string
  /** Folder for the CPU profile that s3proxy writes when it ends. */
  profileFolder?: string | undefined
  /** Whether s3proxy counts requests for metrics. */
  hasMetrics?: boolean
  /** Another checkout of s3proxy, built, to compare with. */
  before?: string | undefined
}
