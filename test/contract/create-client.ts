import { S3Client } from '@aws-sdk/client-s3'
import type { ContractServer } from './contract-server.ts'

/** A client of the AWS SDK for that server; other keys to see them refused. */
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
