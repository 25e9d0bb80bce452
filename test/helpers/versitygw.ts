import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateBucketCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3'
import { canConnect } from './can-connect.ts'
import { findExecutable } from './find-executable.ts'
import { findFreePort } from './free-port.ts'

export interface Versitygw {
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
  close(): Promise<void>
}

/**
 * Starts versitygw, an S3 server that is not ours, over a folder of its own below the system's temporary folder.
 *
 * @param program as found by `findVersitygw`
 */
export async function startVersitygw(program: string): Promise<Versitygw> {
  const folder = await mkdtemp(join(tmpdir(), 's3proxy-versitygw-'))
  const keys = { accessKeyId: 'AKIAVERSITYEXAMPLE00', secretAccessKey: 'versity/secret+key' }
  const [bucket, region, virtualDomain] = ['test-bucket', 'eu-west-2', 's3.example.test']
  const port = await findFreePort()
  const child = await launch(program, folder, port, keys, { region, virtualDomain })
  const origin = `http://127.0.0.1:${port}`
  const client = new S3Client({ region, endpoint: origin, forcePathStyle: true, credentials: keys })
  const close = async () => {
    client.destroy()
    await end(child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await listening(child, port)
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
  } catch (error) {
    await close()
    throw error
  }
  return {
    ...{ origin, endpoint: `${origin}/${bucket}/`, bucket, region, virtualDomain, ...keys, close },
    async put(key, body, extra = {}) {
      // The SDK cannot tell the length of an empty string by itself.
      const ContentLength = Buffer.byteLength(body)
      await client.send(
        new PutObjectCommand({ ...extra, Bucket: bucket, Key: key, Body: body, ContentLength }),
      )
    },
  }
}

/** The path of the program: `VERSITYGW`, the search path, the folder of Go's programs; else `undefined`. */
export function findVersitygw(): string | undefined {
  const named = process.env.VERSITYGW
  if (named !== undefined && named !== '') return named
  return findExecutable('versitygw', [join(goPath(), 'bin')])
}

function goPath(): string {
  try {
    return execFileSync('go', ['env', 'GOPATH'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return join(homedir(), 'go')
  }
}

async function launch(
  program: string,
  folder: string,
  port: number,
  keys: { accessKeyId: string; secretAccessKey: string },
  names: { region: string; virtualDomain: string },
): Promise<ChildProcess> {
  const [data, sidecar] = [join(folder, 'data'), join(folder, 'sidecar')]
  await mkdir(data)
  await mkdir(sidecar)
  const env = { ...process.env, ROOT_ACCESS_KEY: keys.accessKeyId, ROOT_SECRET_KEY: keys.secretAccessKey }
  // Metadata in a folder of its own: not every temporary file system has extended attributes.
  const args = ['--port', `127.0.0.1:${port}`, '--region', names.region, '--keep-alive', '--quiet']
  args.push('--virtual-domain', names.virtualDomain, 'posix', '--sidecar', sidecar, data)
  return spawn(program, args, { env, stdio: 'ignore' })
}

// versitygw says nothing when it is ready, so there is no event to wait for.
async function listening(child: ChildProcess, port: number): Promise<void> {
  let spawnError: Error | undefined
  child.once('error', (error) => {
    spawnError = error
  })
  for (let attempt = 0; attempt < 200; attempt++) {
    if (spawnError !== undefined) throw spawnError
    if (child.exitCode !== null) throw new Error(`versitygw ended with status ${child.exitCode}`)
    if (await canConnect(port)) return
    await sleep(50)
  }
  throw new Error('versitygw did not listen within 10 s')
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await exited
  clearTimeout(timer)
}
