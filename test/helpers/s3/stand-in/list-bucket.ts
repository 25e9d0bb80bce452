import { type Answer, type AnswerContext, errorAnswer, textAnswer } from './answer.ts'
import type { ObjectStore } from './object-store.ts'
import { escapeXml, s3Error } from './s3-error.ts'

const knownNames = new Set([
  ...['list-type', 'prefix', 'delimiter', 'max-keys', 'encoding-type', 'start-after', 'continuation-token'],
  ...['marker', 'x-id'],
])

/** An object, or what keys have in common up to the delimiter. */
interface Entry {
  name: string
  isPrefix: boolean
}

/**
 * `ListBucketResult` of both list versions.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function answerList(
  bucket: string,
  store: ObjectStore,
  query: Map<string, string>,
  context: AnswerContext,
): Answer {
  const unknown = [...query.keys()].find((name) => !knownNames.has(name))
  if (unknown !== undefined)
    return errorAnswer(s3Error('NotImplemented', { details: { QueryParameter: unknown } }), context)
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter') ?? ''
  const encoding = query.get('encoding-type')
  const token = query.get('continuation-token')
  const last = token === undefined ? undefined : readToken(token)
  const limit = Number(query.get('max-keys') ?? 1000)
  const isWrong =
    (encoding !== undefined && encoding !== 'url') ||
    (token !== undefined && last === undefined) ||
    !(Number.isInteger(limit) && limit >= 0)
  if (isWrong) return errorAnswer(s3Error('InvalidArgument'), context)
  const after = query.get('start-after') ?? query.get('marker') ?? ''
  const entries = entriesOf(store.keys(), prefix, delimiter, last?.name ?? after).filter(
    ({ name, isPrefix }) => !(last?.isPrefix && isPrefix && name === last.name),
  )
  const page = entries.slice(0, Math.min(1000, limit))
  const end = page.at(-1)
  const isTruncated = end !== undefined && page.length < entries.length
  const encode = encoding === 'url' ? encodeName : escapeXml
  const optional = (name: string, text: string | undefined) =>
    text === undefined || text === '' ? '' : `<${name}>${text}</${name}>`
  const xml = [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    `<Name>${escapeXml(bucket)}</Name><Prefix>${encode(prefix)}</Prefix>`,
    optional('StartAfter', encode(query.get('start-after') ?? '')),
    optional('ContinuationToken', token && escapeXml(token)),
    optional('NextContinuationToken', isTruncated ? writeToken(end) : ''),
    `<KeyCount>${page.length}</KeyCount><MaxKeys>${limit}</MaxKeys>`,
    optional('Delimiter', encode(delimiter)) + optional('EncodingType', encoding),
    `<IsTruncated>${isTruncated}</IsTruncated>`,
    ...page.map(({ name, isPrefix }) =>
      isPrefix
        ? `<CommonPrefixes><Prefix>${encode(name)}</Prefix></CommonPrefixes>`
        : contents(name, encode(name), store),
    ),
    '</ListBucketResult>',
  ]
  return textAnswer(200, 'application/xml', xml.join(''), context)
}

/** @param keys in order */
function entriesOf(keys: string[], prefix: string, delimiter: string, after: string): Entry[] {
  const entries: Entry[] = []
  const start = Buffer.from(after)
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const isPrefix = end !== -1
    const name = isPrefix ? key.slice(0, end + delimiter.length) : key
    if (Buffer.compare(Buffer.from(key), start) <= 0) continue
    if (entries.at(-1)?.name !== name || !isPrefix) entries.push({ name, isPrefix })
  }
  return entries
}

function contents(key: string, encodedKey: string, store: ObjectStore): string {
  const object = store.get(key)
  const etag = object?.etag === null ? '' : `<ETag>${escapeXml(object?.etag ?? '')}</ETag>`
  return `<Contents><Key>${encodedKey}</Key><LastModified>${object?.lastModified.toISOString()}</LastModified>${etag}<Size>${object?.sizeBytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`
}

/** As forms encode text, but for `/`. */
function encodeName(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
}

function writeToken({ name, isPrefix }: Entry): string {
  return Buffer.from(JSON.stringify([name, isPrefix])).toString('base64')
}

function readToken(token: string): Entry | undefined {
  try {
    const [name, isPrefix] = JSON.parse(Buffer.from(token, 'base64').toString()) as [string, boolean]
    return { name, isPrefix }
  } catch {
    return undefined
  }
}
