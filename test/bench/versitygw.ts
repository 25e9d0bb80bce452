import { mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { createSigner } from '../../src/s3/sigv4.ts'
import { findGoProgram } from '../helpers/machine/find-go-program.ts'
import { findFreePort } from '../helpers/network/free-port.ts'
import { findProgram, launch, notInstalled } from './launch.ts'
import { type BenchObject, patternAt } from './objects.ts'
import type { Peer, PeerSettings } from './peer.ts'

const [bucket, region] = ['bucket', 'eu-west-2']
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}

/**
 * Starts a real S3 server, to show what the origin itself costs: it serves the same bytes out of files, to a client that
 * signs. It runs as it comes, but keeps connections, as every peer does.
 */
export async function startVersitygw({ objects, folder }: PeerSettings): Promise<Peer | string> {
  const file = findGoProgram('versitygw') ?? findProgram('versitygw')
  if (file === undefined) return notInstalled
  const lackingBytes = neededBytes(objects) - freeBytes(folder)
  if (lackingBytes > 0) return `needs ${Math.ceil(lackingBytes / 2 ** 20)} MiB more in ${folder}`
  const port = await findFreePort()
  const data = join(folder, `versitygw-${port}`)
  mkdirSync(data)
  const args = ['--port', `127.0.0.1:${port}`, '--region', region, '--keep-alive', 'posix', data]
  const { accessKeyId, secretAccessKey } = credentials
  const pid = await launch(file, args, port, folder, {
    ROOT_ACCESS_KEY: accessKeyId,
    ROOT_SECRET_KEY: secretAccessKey,
  })
  const etags = await upload(`http://127.0.0.1:${port}`, objects)
  const sign = createSigner(region)
  return {
    ...{ name: 'versitygw', pid, port, basePath: `/${bucket}/` },
    // A signature is valid for 15 minutes, longer than any work takes.
    credentialLines(path) {
      const headers = [['host', `127.0.0.1:${port}`]] as const
      const signed = sign({ method: 'GET', path, headers }, credentials, Date.now())
      return signed.filter(([name]) => name !== 'host').map(([name, value]) => `${name}: ${value}`)
    },
    etagOf: ({ name }) => etags.get(name) ?? '',
  }
}

/** @returns the ETag of each object by its name */
async function upload(endpoint: string, objects: readonly BenchObject[]): Promise<Map<string, string>> {
  // versitygw 1.8.0 does not read a checksum behind the body to its end, and the next request on the connection fails.
  const requestChecksumCalculation = 'WHEN_REQUIRED'
  const client = new S3Client({
    ...{ region, endpoint, credentials, requestChecksumCalculation },
    forcePathStyle: true,
  })
  const etags = new Map<string, string>()
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  for (const { name, sizeBytes } of objects) {
    const Body = Readable.from(bytesOf(sizeBytes))
    const { ETag } = await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: name, Body, ContentLength: sizeBytes }),
    )
    if (ETag === undefined) throw new Error(`versitygw gave no ETag for ${name}`)
    etags.set(name, ETag)
  }
  client.destroy()
  return etags
}

function* bytesOf(sizeBytes: number): Generator<Buffer> {
  for (let offset = 0; offset < sizeBytes; ) {
    const piece = patternAt(offset, sizeBytes - offset)
    yield piece
    offset += piece.length
  }
}

/** The space that the objects need, with the space for logs and temporary files of others. */
function neededBytes(objects: readonly BenchObject[]): number {
  return objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 2 ** 30)
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
