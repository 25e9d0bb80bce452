import { S3ProxyError } from '../errors.ts'
import { checkKey, type ObjectKey } from '../object/key.ts'
import type { ListedObject, ListPage, ListRequest, ListToken } from '../object/object-list.ts'
import type { S3Response } from '../s3/connection.ts'
import { parseListAnswer } from '../s3/list-answer.ts'
import type { S3Client } from '../s3/s3-client.ts'
import { TransportError } from '../s3/transport-error.ts'
import type { QueryParameters } from '../s3/uri-encode.ts'
import type { Deadline } from '../waiting/deadline.ts'
import {
  judgedFailure,
  readAnswer,
  readError,
  requestIdOf,
  sendAttempt,
  speakableCode,
} from './attempt-failure.ts'
import { judgeS3Answer, xmlElement } from './verdict.ts'

export interface AttemptListRequest extends ListRequest {
  /** The beginning of every key of the endpoint. */
  keyPrefix: string
}

/** The largest answer: at most 1000 entries, with keys of up to 1024 bytes, which may take three characters each. */
const maxAnswerBytes = 4 * 1024 * 1024

/**
 * Asks S3 once for a page of a list.
 *
 * @throws AttemptError; S3ProxyError where no other attempt can do better
 */
export async function attemptList(
  client: S3Client,
  request: AttemptListRequest,
  deadline: Deadline,
): Promise<ListPage> {
  const { signal, sharer } = request
  const query = queryOf(request)
  const asked = { method: 'GET', query, headers: [], acceptEncoding: 'identity', sharer } as const
  const response = await sendAttempt(client, asked, signal, deadline)
  if (response.status !== 200) throw await refusal(client, request, response, deadline)
  return readAnswer(response, maxAnswerBytes, signal, deadline, (bytes) => pageOf(bytes, request))
}

function queryOf({ keyPrefix, prefix, delimiter, after, token, limit }: AttemptListRequest): QueryParameters {
  const parameters: [string, string | undefined][] = [
    ['list-type', '2'],
    // XML cannot hold every character that a key can.
    ['encoding-type', 'url'],
    ['max-keys', String(limit)],
    ['prefix', keyPrefix + prefix || undefined],
    ['delimiter', delimiter],
    ['start-after', after && keyPrefix + after],
    ['continuation-token', token],
  ]
  return parameters.filter((parameter): parameter is [string, string] => parameter[1] !== undefined)
}

function pageOf(bytes: Buffer | undefined, { keyPrefix, prefix, limit }: AttemptListRequest): ListPage {
  if (bytes === undefined) throw garbage('is longer than any list')
  const { objects, commonPrefixes, nextToken } = parseListAnswer(bytes)
  if (objects.length + commonPrefixes.length > limit) throw garbage('has more entries than asked for')
  const page: ListPage = { objects: [], prefixes: [], unnamable: 0, next: nextToken as ListToken | undefined }
  const whole = keyPrefix + prefix
  const keyIn = (name: string): ObjectKey | undefined => {
    if (!name.startsWith(whole)) throw garbage('has a key that was not asked for')
    const key = checkKey(name.slice(keyPrefix.length))
    if (key === undefined) page.unnamable++
    return key
  }
  for (const { key: name, ...object } of objects) {
    const key = keyIn(name)
    if (key !== undefined) page.objects.push({ key, ...object } satisfies ListedObject)
  }
  for (const name of commonPrefixes) {
    const key = keyIn(name)
    if (key !== undefined) page.prefixes.push(key)
  }
  return page
}

async function refusal(
  client: S3Client,
  { signal }: ListRequest,
  response: S3Response,
  deadline: Deadline,
): Promise<S3ProxyError> {
  const errorCode = xmlElement(await readError(response, signal, deadline), 'Code')
  const verdict = judgeS3Answer(response.status, errorCode)
  if (verdict.kind === 'failure') return judgedFailure(client, verdict, errorCode, response)
  const said = `S3 answered ${response.status} ${speakableCode(errorCode)} to the request for a list`
  const details = { s3RequestId: requestIdOf(response) }
  if (verdict.kind === 'denied')
    return new S3ProxyError('OBJECT_DENIED', `${said}: grant s3:ListBucket`, details)
  return new S3ProxyError('S3_BAD_ANSWER', `${said}: can this S3 do ListObjectsV2?`, details)
}

function garbage(what: string): TransportError {
  return new TransportError('garbage', `the list of the bucket ${what}`)
}
