import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { canConnect } from '../network/can-connect.ts'
import { findFreePort } from '../network/free-port.ts'

/** An S3 server that is not ours, in a process of its own, with one empty bucket. */
export interface RealS3 {
  origin: string
  /** The bucket in path style, with a trailing slash. */
  endpoint: string
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** The bucket is served at the host `bucket.virtualDomain`, too. */
  virtualDomain: string
  put(
    key: string,
    body: Uint8Array | string,
    extra?: Omit<PutObjectCommandInput, 'Bucket' | 'Key' | 'Body'>,
  ): Promise<void>
  /** Makes another bucket. @returns its endpoint, and the function that stores an object in it */
  addBucket(name: string): Promise<{ endpoint: string; put(key: string, body: string): Promise<void> }>
  /** Uploads in parts, of which all but the last have 5 MiB at least, with a checksum of the CRC-32 of each. */
  putParts(key: string, parts: Uint8Array[]): Promise<void>
  delete(key: string): Promise<void>
  /** Where the server can do that. */
  enableVersions(): Promise<void>
  close(): Promise<void>
}

/** The settings of a server; `address` is `127.0.0.1:PORT`, `folder` is empty. */
export interface RealS3Settings {
  address: string
  folder: string
  region: string
  virtualDomain: string
  accessKeyId: string
  secretAccessKey: string
}

/** How a server is started: arguments, and environment beside our own. */
export type RealS3Command = (settings: RealS3Settings) => Promise<{
  args: string[]
  env: Record<string, string>
}>

/** Starts a server over a folder of its own below the system's temporary folder. */
export async function startRealS3(program: string, command: RealS3Command): Promise<RealS3> {
  const keys = { accessKeyId: 'AKIAREALS3EXAMPLE000', secretAccessKey: 'real-s3/secret+key' }
  const [bucket, region, virtualDomain] = ['test-bucket', 'eu-west-2', 's3.example.test']
  const folder = await mkdtemp(join(tmpdir(), 's3proxy-real-s3-'))
  const { child, port } = await launchOnFreePort(async (address) => {
    const { args, env } = await command({ address, folder, region, virtualDomain, ...keys })
    return spawn(program, args, { env: { ...process.env, ...env }, stdio: 'ignore' })
  })
  const origin = `http://127.0.0.1:${port}`
  const client = new S3Client({
    ...{ region, endpoint: origin, forcePathStyle: true, credentials: keys },
    // Without it the SDK sends a checksum with every object.
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  const close = async () => {
    client.destroy()
    await end(child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await createBucket(client, bucket)
  } catch (error) {
    await close()
    throw error
  }
  return {
    ...{ origin, endpoint: `${origin}/${bucket}/`, bucket, region, virtualDomain, ...keys, close },
    async enableVersions() {
      const VersioningConfiguration = { Status: 'Enabled' } as const
      await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }))
    },
    async delete(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
    },
    async put(key, body, extra = {}) {
      // The SDK cannot tell the length of an empty string by itself.
      const ContentLength = Buffer.byteLength(body)
      await client.send(
        new PutObjectCommand({ ...extra, Bucket: bucket, Key: key, Body: body, ContentLength }),
      )
    },
    async addBucket(name) {
      await createBucket(client, name)
      return {
        endpoint: `${origin}/${name}/`,
        async put(key, body) {
          await client.send(new PutObjectCommand({ Bucket: name, Key: key, Body: body }))
        },
      }
    },
    putParts: (key, parts) => putParts(client, { Bucket: bucket, Key: key }, parts),
  }
}

async function putParts(
  client: S3Client,
  where: { Bucket: string; Key: string },
  parts: Uint8Array[],
): Promise<void> {
  const begun = await client.send(
    new CreateMultipartUploadCommand({ ...where, ChecksumAlgorithm: 'CRC32', ChecksumType: 'COMPOSITE' }),
  )
  const upload = { ...where, UploadId: begun.UploadId }
  const Parts: CompletedPart[] = []
  for (const [index, Body] of parts.entries()) {
    const PartNumber = index + 1
    const { ETag, ChecksumCRC32 } = await client.send(
      new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm: 'CRC32' }),
    )
    Parts.push({ PartNumber, ETag, ChecksumCRC32 })
  }
  await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
}

/** Somebody else may take a port between our look at it and the start of the server, which then ends. */
async function launchOnFreePort(launch: (address: string) => Promise<ChildProcess>) {
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort()
    const child = await launch(`127.0.0.1:${port}`)
    try {
      await listening(child, port)
      return { child, port }
    } catch (error) {
      await end(child)
      if (attempt === 3) throw error
    }
  }
}

// These servers do not say when they listen, so there is no event to wait for.
async function listening(child: ChildProcess, port: number): Promise<void> {
  let spawnError: Error | undefined
  child.once('error', (error) => {
    spawnError = error
  })
  for (let attempt = 0; attempt < 600; attempt++) {
    if (spawnError !== undefined) throw spawnError
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with status ${child.exitCode}`)
    if (await canConnect(port)) return
    await sleep(50)
  }
  throw new Error(`${child.spawnfile} did not listen within 30 s`)
}

/** Some listen before they can serve, and say so with 503. */
async function createBucket(client: S3Client, bucket: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
      return
    } catch (error) {
      if (attempt === 50) throw error
      await sleep(100)
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await exited
  clearTimeout(timer)
}
