import type { IncomingHttpHeaders } from 'node:http'
import { type Answer, type AnswerContext, commonHeaders, emptyAnswer, errorAnswer } from './answer.ts'
import { answerList } from './list-bucket.ts'
import { answerObject } from './object-answer.ts'
import type { ObjectStore } from './object-store.ts'
import type { RequestTarget } from './request-target.ts'
import { type S3Error, s3Error } from './s3-error.ts'

export interface Bucket {
  name: string
  region: string
  mayList: boolean
  store: ObjectStore
}

const maxKeyBytes = 1024
const ownQueryNames = new Set(['x-id', 'partNumber', 'versionId'])

/** The honest answer to a request whose signature was checked; `authError` is what came out of that. */
export function answerRequest(
  request: { method: string; headers: IncomingHttpHeaders; target: RequestTarget },
  bucket: Bucket,
  authError: S3Error | undefined,
  context: AnswerContext,
): Answer {
  const { method, target } = request
  if (method !== 'GET' && method !== 'HEAD') {
    const answer = errorAnswer(s3Error('MethodNotAllowed', { details: { Method: method } }), context)
    answer.headers.push(['allow', 'GET, HEAD'])
    return answer
  }
  if (target.key === undefined) return errorAnswer(s3Error('InvalidURI'), context)
  if (authError !== undefined) return errorAnswer(authError, context)
  if (target.bucket !== bucket.name) {
    return errorAnswer(s3Error('NoSuchBucket', { details: { BucketName: target.bucket } }), context)
  }
  if (target.key === '') return answerBucket(method, target, bucket, context)
  if (Buffer.byteLength(target.key) > maxKeyBytes) {
    const details = { Size: String(Buffer.byteLength(target.key)), MaxSizeAllowed: String(maxKeyBytes) }
    return errorAnswer(s3Error('KeyTooLongError', { details }), context)
  }
  const unknown = target.query.find(([name]) => !ownQueryNames.has(name) && !name.startsWith('response-'))
  if (unknown !== undefined) {
    return errorAnswer(s3Error('NotImplemented', { details: { QueryParameter: unknown[0] } }), context)
  }
  const versionId = target.query.find(([name]) => name === 'versionId')?.[1]
  if (versionId !== undefined) return answerVersion(target.key, versionId, request, bucket, context)
  const object = bucket.store.get(target.key)
  if (object !== undefined) return answerObject(object, request.headers, target.query, context)
  const error = bucket.mayList
    ? s3Error('NoSuchKey', { details: { Key: target.key } })
    : s3Error('AccessDenied')
  return errorAnswer(error, context)
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestParameters */
function answerVersion(
  key: string,
  versionId: string,
  { headers, target }: { headers: IncomingHttpHeaders; target: RequestTarget },
  { store }: Bucket,
  context: AnswerContext,
): Answer {
  const object = store.getVersion(key, versionId)
  if (object !== undefined) return answerObject(object, headers, target.query, context)
  const error = store.hasVersions
    ? s3Error('NoSuchVersion', { details: { Key: key, VersionId: versionId } })
    : s3Error('InvalidArgument', { message: 'Invalid version id specified' })
  return errorAnswer(error, context)
}

function answerBucket(method: string, target: RequestTarget, bucket: Bucket, context: AnswerContext): Answer {
  if (!bucket.mayList) return errorAnswer(s3Error('AccessDenied'), context)
  if (method === 'GET') return answerList(bucket.name, bucket.store, new Map(target.query), context)
  return emptyAnswer(200, [
    ...commonHeaders(context),
    ['x-amz-bucket-region', bucket.region],
    ['content-type', 'application/xml'],
  ])
}
