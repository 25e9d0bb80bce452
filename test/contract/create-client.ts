import { S3Client } from '@aws-sdk/client-s3'
import type { ContractServer } from './contract-server.ts'

/** Creates a client of the AWS SDK for a server. Other keys than its own test the refusal. */
export function createClient(
  server: ContractServer,
  keys: { accessKeyId: string; secretAccessKey: string } = server,
): S3Client {
  const { accessKeyId, secretAccessKey } = keys
  return new S3Client({
    ...{ region: server.region, endpoint: server.origin, forcePathStyle: true, maxAttempts: 1 },
    credentials: { accessKeyId, secretAccessKey },
  })
}
