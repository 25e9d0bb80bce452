import { createHash } from 'node:crypto'
import { closeSync, statSync } from 'node:fs'
import { generatedBody } from './generated-body.ts'
import { bufferBody, fileBody, type ObjectBody } from './object-body.ts'
import { createVersions } from './versions.ts'

export type NewBody = Uint8Array | string | { sizeBytes: number; seed: number } | { file: string }

export interface NewObject {
  body: NewBody
  contentType?: string
  /** Sent as they are with every 200 and 206: `cache-control`, `x-amz-meta-*`, `x-amz-version-id` and so on. */
  headers?: Record<string, string>
  /** With its quotes. Default: of the MD5 (of generated content and files: a made-up one of the same form); `null`: none. */
  etag?: string | null
  lastModified?: Date
}

export interface StoredObject {
  readonly etag: string | null
  /** In whole seconds, as HTTP dates are. */
  readonly lastModified: Date
  readonly sizeBytes: number
  /** `undefined` in a bucket without versions. */
  readonly versionId: string | undefined
}

export interface HeldObject extends StoredObject {
  readonly body: ObjectBody
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>>
}

export interface ObjectStore {
  put(key: string, object: NewObject): HeldObject
  get(key: string): HeldObject | undefined
  /** By its name, also where it is not the newest any more. */
  getVersion(key: string, versionId: string): HeldObject | undefined
  /** With versions, older ones stay. */
  delete(key: string): void
  /** For good, and the newest but one is there again. */
  deleteVersion(key: string, versionId: string): void
  /** From now on older versions are kept; objects from before have the name `null`. */
  enableVersions(): void
  readonly hasVersions: boolean
  /** In the order of their UTF-8 bytes, as S3 lists them. */
  keys(): string[]
  close(): void
}

/** The objects of one bucket. Keys are kept exactly as they are. */
export function createObjectStore(clock: () => Date): ObjectStore {
  const objects = createVersions<HeldObject>()
  const descriptors: number[] = []
  return {
    put(key, object) {
      const { body, madeUpEtag } = openBody(object.body, descriptors)
      const etag = object.etag === undefined ? `"${madeUpEtag}"` : object.etag
      const lastModified = new Date(Math.floor((object.lastModified ?? clock()).getTime() / 1000) * 1000)
      const contentType = object.contentType ?? 'binary/octet-stream'
      const headers = object.headers ?? {}
      const { sizeBytes } = body
      const held = { body, etag, lastModified, contentType, headers, sizeBytes, versionId: undefined }
      return objects.put(key, (versionId) => ({ ...held, versionId }))
    },
    get: (key) => objects.get(key),
    getVersion: (key, versionId) => objects.getVersion(key, versionId),
    delete: (key) => objects.delete(key),
    deleteVersion: (key, versionId) => objects.deleteVersion(key, versionId),
    enableVersions: () => objects.enable(),
    get hasVersions() {
      return objects.areEnabled
    },
    keys: () => objects.keys().sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    close() {
      for (const descriptor of descriptors.splice(0)) closeSync(descriptor)
      objects.clear()
    },
  }
}

function openBody(body: NewBody, descriptors: number[]): { body: ObjectBody; madeUpEtag: string } {
  if (typeof body === 'string' || body instanceof Uint8Array) {
    return { body: bufferBody(body), madeUpEtag: md5(body) }
  }
  if ('file' in body) {
    const { size, mtimeMs } = statSync(body.file)
    const opened = fileBody(body.file, size, (descriptor) => descriptors.push(descriptor))
    return { body: opened, madeUpEtag: md5(`file:${body.file}:${size}:${mtimeMs}`) }
  }
  return {
    body: generatedBody(body.sizeBytes, body.seed),
    madeUpEtag: md5(`generated:${body.seed}:${body.sizeBytes}`),
  }
}

function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('hex')
}
