import { readdirSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import type { NewBody, NewObject } from './object-store.ts'

/** An object as a JSON file can name it. Exactly one of `text`, `base64`, `file`, `sizeBytes`. */
export interface ObjectSpec extends Omit<NewObject, 'body' | 'lastModified'> {
  key: string
  text?: string
  base64?: string
  file?: string
  sizeBytes?: number
  seed?: number
  lastModified?: string
}

export function toNewObject(spec: ObjectSpec): NewObject {
  const { key, text, base64, file, sizeBytes, seed, lastModified, ...rest } = spec
  const bodies: NewBody[] = []
  if (text !== undefined) bodies.push(text)
  if (base64 !== undefined) bodies.push(Buffer.from(base64, 'base64'))
  if (file !== undefined) bodies.push({ file })
  if (sizeBytes !== undefined) bodies.push({ sizeBytes, seed: seed ?? 1 })
  const [body, ...more] = bodies
  if (body === undefined || more.length > 0) {
    throw new Error(`object ${JSON.stringify(key)}: expected one of text, base64, file, sizeBytes`)
  }
  return { ...rest, body, ...(lastModified === undefined ? {} : { lastModified: new Date(lastModified) }) }
}

/** Every file below a folder; its key is its path there, its type goes by its extension. */
export function readFolder(folder: string): ObjectSpec[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      const contentType = contentTypes[extname(entry.name).toLowerCase()]
      const key = relative(folder, file).split(sep).join('/')
      return { key, file, ...(contentType === undefined ? {} : { contentType }) }
    })
}

const contentTypes: Record<string, string> = {
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.mp4': 'video/mp4',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'video/mp2t',
  '.txt': 'text/plain; charset=utf-8',
  '.webm': 'video/webm',
}
