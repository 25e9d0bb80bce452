import { startS3StandIn } from '../helpers/s3-stand-in/start-s3-stand-in.ts'
import type { ContractServer, PutHeaders } from './contract-server.ts'
import { describeS3Behaviour } from './s3-behaviour.ts'

describeS3Behaviour('the stand-in', async (): Promise<ContractServer> => {
  const s3 = await startS3StandIn()
  return {
    ...s3,
    delete: async (key) => s3.delete(key),
    enableVersions: async () => s3.enableVersions(),
    virtualDomain: 's3.example.test',
    async put(key, body, headers = {}) {
      const { contentType } = headers
      s3.put(key, {
        body,
        headers: toHeaders(headers),
        ...(contentType === undefined ? {} : { contentType }),
      })
    },
  }
})

function toHeaders(headers: PutHeaders): Record<string, string> {
  const named = Object.entries({
    'cache-control': headers.cacheControl,
    'content-disposition': headers.contentDisposition,
    'content-encoding': headers.contentEncoding,
    'content-language': headers.contentLanguage,
  })
  const metadata = Object.entries(headers.metadata ?? {}).map(([name, value]) => [
    `x-amz-meta-${name}`,
    value,
  ])
  return Object.fromEntries([...named.filter(([, value]) => value !== undefined), ...metadata])
}
