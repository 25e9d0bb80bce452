import type { S3Client } from '@aws-sdk/client-s3'
import type { ContractServer } from './contract-server.ts'
import type { RawAnswer, SignedRequestOptions } from './signed-request.ts'

/** The tools of each group of the suite. */
export interface Suite {
  /** Declares one behaviour. A known deviation must show, so that the list of deviations stays true. */
  behaves(name: string, check: () => Promise<void>): void
  server(): ContractServer
  client(): S3Client
  send(options: SignedRequestOptions): Promise<RawAnswer>
}
