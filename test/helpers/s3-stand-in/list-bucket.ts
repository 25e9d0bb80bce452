import { type Answer, type AnswerContext, textAnswer } from './answer.ts'
import type { ObjectStore } from './object-store.ts'
import { escapeXml } from './s3-error.ts'

/** `ListBucketResult` of both list versions, with `prefix`, `max-keys` and a token that is the last key. */
export function answerList(
  bucket: string,
  store: ObjectStore,
  query: Map<string, string>,
  context: AnswerContext,
): Answer {
  const prefix = query.get('prefix') ?? ''
  const after = query.get('continuation-token') ?? query.get('start-after') ?? query.get('marker') ?? ''
  const maxKeys = Math.min(1000, Number(query.get('max-keys') ?? 1000))
  const keys = store.keys().filter((key) => key.startsWith(prefix) && key > after)
  const page = keys.slice(0, maxKeys)
  const isTruncated = page.length < keys.length
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : escapeXml
  const contents = page.map((key) => {
    const object = store.get(key)
    const etag = object?.etag === null ? '' : `<ETag>${escapeXml(object?.etag ?? '')}</ETag>`
    return `<Contents><Key>${encode(key)}</Key><LastModified>${object?.lastModified.toISOString()}</LastModified>${etag}<Size>${object?.sizeBytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`
  })
  const token = isTruncated
    ? `<NextContinuationToken>${escapeXml(page.at(-1) ?? '')}</NextContinuationToken>`
    : ''
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${escapeXml(bucket)}</Name><Prefix>${encode(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${maxKeys}</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>${token}${contents.join('')}</ListBucketResult>`
  return textAnswer(200, 'application/xml', xml, context)
}
