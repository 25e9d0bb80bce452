import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
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
        headers: { ...toHeaders(headers), ...(headers.checksum && crc32Headers(Buffer.from(body))) },
        ...(contentType === undefined ? {} : { contentType }),
      })
    },
    async putParts(key, parts) {
      const md5s = parts.map((part) => createHash('md5').update(part).digest())
      const checksums = Buffer.concat(parts.map(crc32Of))
      s3.put(key, {
        body: Buffer.concat(parts),
        etag: `"${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-${parts.length}"`,
        headers: {
          'x-amz-checksum-crc32': `${crc32Of(checksums).toString('base64')}-${parts.length}`,
          'x-amz-checksum-type': 'COMPOSITE',
        },
      })
    },
  }
})

function crc32Headers(body: Uint8Array): Record<string, string> {
  const value = crc32Of(body).toString('base64')
  return { 'x-amz-checksum-crc32': value, 'x-amz-checksum-type': 'FULL_OBJECT' }
}

function crc32Of(bytes: Uint8Array): Buffer {
  const digest = Buffer.alloc(4)
  digest.writeUInt32BE(crc32(bytes))
  return digest
}

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
