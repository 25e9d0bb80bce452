import { TransportError } from './transport-error.ts'
import { parseXml, type XmlElement } from './xml.ts'

/** One page of a list. Its keys are decoded, and include the prefix. */
export interface ListAnswer {
  objects: ListedKey[]
  commonPrefixes: string[]
  /** Token for the next page; `undefined` on the last one. */
  nextToken: string | undefined
}

export interface ListedKey {
  key: string
  sizeBytes: number
  lastModified: Date
  /** The ETag with its quotes. */
  etag: string | undefined
  storageClass: string | undefined
}

/**
 * Reads the answer to ListObjectsV2.
 *
 * @throws TransportError `garbage` where the bytes are no such answer
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function parseListAnswer(bytes: Uint8Array): ListAnswer {
  const root = parseXml(toText(bytes))
  if (root?.name !== 'ListBucketResult') throw garbage('it is no ListBucketResult')
  // A store that does not encode keys leaves the element out, or sends it empty.
  const encoding = textIn(root, 'EncodingType') ?? ''
  if (encoding !== '' && encoding !== 'url') throw garbage('its EncodingType is unknown')
  const decode = encoding === 'url' ? decodeName : (name: string) => name
  const objects: ListedKey[] = []
  const commonPrefixes: string[] = []
  for (const element of root.children) {
    if (element.name === 'Contents') objects.push(listedKeyIn(element, decode))
    else if (element.name === 'CommonPrefixes') commonPrefixes.push(decode(requiredIn(element, 'Prefix')))
  }
  return { objects, commonPrefixes, nextToken: nextTokenIn(root) }
}

function nextTokenIn(root: XmlElement): string | undefined {
  const isTruncated = requiredIn(root, 'IsTruncated')
  if (isTruncated === 'false') return undefined
  const token = textIn(root, 'NextContinuationToken') ?? ''
  if (isTruncated !== 'true' || token === '') throw garbage('it does not say where the next page begins')
  return token
}

function listedKeyIn(element: XmlElement, decode: (name: string) => string): ListedKey {
  const size = requiredIn(element, 'Size')
  if (!/^\d{1,15}$/.test(size)) throw garbage('the size of an object is no number')
  const lastModified = new Date(requiredIn(element, 'LastModified'))
  if (Number.isNaN(lastModified.getTime())) throw garbage('the time of an object is none')
  return {
    key: decode(requiredIn(element, 'Key')),
    sizeBytes: Number(size),
    lastModified,
    etag: textIn(element, 'ETag') || undefined,
    storageClass: textIn(element, 'StorageClass') || undefined,
  }
}

/** Decodes names as forms encode them: S3 writes a space as `+`. */
function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '))
  } catch {
    throw garbage('a key is not encoded as asked for')
  }
}

function textIn(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text
}

function requiredIn(element: XmlElement, name: string): string {
  const text = textIn(element, name)
  if (text === undefined) throw garbage(`${name} is missing`)
  return text
}

function toText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw garbage('it is no UTF-8')
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function garbage(what: string): TransportError {
  return new TransportError('garbage', `the answer is not the list of a bucket: ${what}`)
}
