import type { S3Client } from '@aws-sdk/client-s3'
import type { ContractServer } from './contract-server.ts'
import type { RawAnswer, SignedRequestOptions } from './signed-request.ts'

/** What a group of the suite works with. */
export interface Suite {
  /** Declares one behaviour; where a deviation is known, it must show, so that the list stays true. */
  behaves(name: string, check: () => Promise<void>): void
  server(): ContractServer
  client(): S3Client
  send(options: SignedRequestOptions): Promise<RawAnswer>
}
