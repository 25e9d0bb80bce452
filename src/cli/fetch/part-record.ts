import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { isStrongEtag } from '../../http/etag.ts'

/** The facts about a part file that `--continue` needs, kept as JSON beside it. */
export interface PartRecord {
  /** Address of the server: of the bucket, or of the proxy. */
  endpoint: string
  key: string
  /** The range that was asked for; empty for the whole object. */
  range: string
  /** The strong ETag, for the `If-Match` of the rest. */
  etag: string
  /** The byte of the object at which the part begins. */
  firstByte: number
  /** Size of the whole answer, where the server tells it. */
  sizeBytes?: number
}

/** Bytes of a download that ended too early. */
export interface LeftPart {
  record: PartRecord
  haveBytes: number
}

export const partPathOf = (path: string) => `${path}.part`
export const recordPathOf = (path: string) => `${path}.part.json`

/** Writes the record into a new file, never through a link of somebody else. */
export async function writeRecord(path: string, record: PartRecord): Promise<void> {
  await rm(recordPathOf(path), { force: true })
  await writeFile(recordPathOf(path), `${JSON.stringify(record)}\n`, { flag: 'wx' })
}

/**
 * Looks for the part of an earlier download.
 *
 * @returns the part, or a text with the reason why it cannot be continued; `undefined` where there is no part
 */
export async function findPart(
  path: string,
  wanted: Pick<PartRecord, 'endpoint' | 'key' | 'range'>,
): Promise<LeftPart | string | undefined> {
  const part = await stat(partPathOf(path)).catch(() => undefined)
  if (part === undefined) return undefined
  const record = await readRecord(path)
  if (record === undefined)
    return `${recordPathOf(path)}, which says what it is a part of, is missing or broken`
  if (record.endpoint !== wanted.endpoint || record.key !== wanted.key)
    return 'it is a part of another object'
  if (record.range !== wanted.range) return 'it is a part of another range'
  if (!part.isFile() || part.size > (record.sizeBytes ?? part.size)) return 'it is larger than it can be'
  return { record, haveBytes: part.size }
}

async function readRecord(path: string): Promise<PartRecord | undefined> {
  try {
    const read = JSON.parse(await readFile(recordPathOf(path), 'utf8')) as Partial<PartRecord> | null
    const { endpoint, key, range, etag, firstByte, sizeBytes } = read ?? {}
    const isText = [endpoint, key, range].every((value) => typeof value === 'string')
    const counts = sizeBytes === undefined ? [firstByte] : [firstByte, sizeBytes]
    const isCount = counts.every((value) => Number.isSafeInteger(value) && Number(value) >= 0)
    return isText && isCount && isStrongEtag(etag) ? (read as PartRecord) : undefined
  } catch {
    return undefined
  }
}
