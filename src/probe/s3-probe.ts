import { randomUUID } from 'node:crypto'
import type { ErrorCode } from '../errors.ts'
import { isStrongEtag } from '../http/etag.ts'
import { checkKey, type ObjectKey, toWireKey } from '../object/key.ts'
import { readError, toAttemptError } from '../origin/attempt-failure.ts'
import type { S3Verdict } from '../origin/s3-error-codes.ts'
import { judgeS3Answer, xmlElement } from '../origin/verdict.ts'
import type { CredentialSource } from '../s3/credentials.ts'
import type { S3Client } from '../s3/s3-client.ts'
import type { Credentials } from '../s3/sigv4.ts'
import { TransportError } from '../s3/transport-error.ts'
import { Deadline } from '../waiting/deadline.ts'
import { createClockSkew } from './clock-skew.ts'
import { type Finding, ProbeFailure, type ProbeStep } from './probe.ts'
import { type Peer, reach } from './reach.ts'
import { s3Clock } from './s3-clock.ts'
import { judgeKeys } from './s3-keys.ts'

export interface S3ProbeOptions {
  client: S3Client
  /** Creates a client of the same S3 with other credentials. */
  clientWith(credentials: Credentials): S3Client
  credentials: CredentialSource
  /** The source of the credentials; `undefined` where the AWS default chain finds them. */
  credentialsFrom: string | undefined
  peer: Peer
  healthcheckKey: string | undefined
  /** Whether the health-check object is looked for in another mount. */
  isHealthcheckElsewhere: boolean
  timeoutMs: number
}

interface S3Answer {
  status: number
  errorCode: string | undefined
  headers: ReadonlyMap<string, string>
  sizeBytes: number | undefined
  firstPiece: Uint8Array | null
}

/** The steps that try everything which `serve` needs of S3. */
export function s3Steps(options: S3ProbeOptions): ProbeStep[] {
  const { timeoutMs } = options
  const skew = createClockSkew({ ...s3Clock, now: Date.now })
  /** The answer to the configured keys, to be compared with the answer to wrong ones. */
  let answered: { key: ObjectKey; answer: S3Answer } | undefined

  async function ask(
    key: ObjectKey,
    range: string | undefined,
    signal: AbortSignal,
    client = options.client,
  ): Promise<S3Answer> {
    const headers = range === undefined ? [] : [['range', range] as const]
    const request = { method: 'GET', wireKey: toWireKey(key), headers } as const
    const deadline = new Deadline(timeoutMs, () => performance.now())
    const response = await client.send(request, signal, deadline).catch((error: unknown) => {
      throw error instanceof TransportError ? toAttemptError(error) : error
    })
    const { status, headers: told, contentLength: sizeBytes } = response
    skew.note(told.get('date'))
    if (status === 200 || status === 206) {
      const firstPiece = await response.body.read()
      const copy = firstPiece === null ? null : Uint8Array.from(firstPiece)
      response.body.cancel()
      return { status, errorCode: undefined, headers: told, sizeBytes, firstPiece: copy }
    }
    const errorCode = xmlElement(await readError(response, signal, deadline), 'Code')
    return { status, errorCode, headers: told, sizeBytes, firstPiece: null }
  }

  const healthcheck = async (signal: AbortSignal): Promise<Finding> => {
    const key = options.healthcheckKey === undefined ? undefined : checkKey(options.healthcheckKey)
    if (key === undefined)
      return {
        message: 'no health-check object is configured',
        advice: 's3.healthcheckKey (AWS_S3_HEALTHCHECK_KEY) names an object that is served without login',
      }
    const whole = await ask(key, undefined, signal)
    if (whole.status !== 200)
      throw refused(whole, 'GET of the health-check object', 's3.healthcheckKey (AWS_S3_HEALTHCHECK_KEY)')
    answered = { key, answer: whole }
    const part = await ask(key, 'bytes=0-0', signal)
    if (part.status !== 206 && whole.sizeBytes !== 0)
      throw new ProbeFailure(
        `a range of one byte was answered ${part.status}`,
        'this S3 does not serve ranges: players cannot seek, and broken downloads cannot be continued',
        'S3_BAD_ANSWER',
      )
    const isSame = part.firstPiece?.[0] === whole.firstPiece?.[0]
    if (!isSame)
      throw new ProbeFailure(
        'the range of one byte and the whole object begin with different bytes',
        'is this S3?',
        'S3_BAD_ANSWER',
      )
    const etag = whole.headers.get('etag')
    return {
      message: `GET answered 200 (${whole.sizeBytes === undefined ? 'length unknown' : `${whole.sizeBytes} bytes`}), and 206 to a range of one byte`,
      ...(isStrongEtag(etag)
        ? {}
        : { advice: 'the object has no strong ETag, so broken downloads cannot be continued' }),
    }
  }

  const missing = async (signal: AbortSignal): Promise<Finding> => {
    const key = `s3proxy-probe/${randomUUID()}` as ObjectKey
    const answer = await ask(key, undefined, signal)
    const verdict = answer.status === 200 ? undefined : judgeS3Answer(answer.status, answer.errorCode)
    if (verdict?.kind === 'not-found' && verdict.advice === undefined)
      return withKeys(signal, key, answer, {
        message: `404 ${answer.errorCode ?? ''}: the credentials may list the bucket, so 404s are passed on`,
      })
    if (verdict?.kind === 'denied' && verdict.advice === undefined)
      return withKeys(signal, key, answer, {
        message: `403 ${answer.errorCode ?? ''}: the credentials may not list the bucket`,
        advice: 'a key that does not exist is answered 403; grant s3:ListBucket to have 404',
      })
    throw refused(answer, 'GET of a key that does not exist', 's3.endpoint (AWS_S3_ENDPOINT)')
  }

  /** Adds to a finding whether S3 checks the keys. */
  async function withKeys(
    signal: AbortSignal,
    key: ObjectKey,
    answer: S3Answer,
    finding: Finding,
  ): Promise<Finding> {
    // The health-check object, where there is one, shows more than a key that does not exist.
    answered ??= { key, answer }
    const wrong = { ...(await options.credentials.get()), secretAccessKey: randomUUID() }
    const refusal = await ask(answered.key, undefined, signal, options.clientWith(wrong))
    const { message, advice } = judgeKeys(answered.answer, refusal)
    const advices = [finding.advice, advice].filter((text) => text !== undefined)
    return {
      message: `${finding.message}; ${message}`,
      ...(advices.length === 0 ? {} : { advice: advices.join('; ') }),
    }
  }

  return [
    {
      name: 's3.credentials',
      timeoutMs,
      isVital: true,
      run: async () => {
        const given = await options.credentials.get()
        const kind = given.sessionToken === undefined ? 'a lasting key' : 'a temporary key'
        return { message: `${kind} from ${options.credentialsFrom ?? 'the AWS default chain'}` }
      },
    },
    {
      name: 's3.connect',
      timeoutMs,
      isVital: true,
      run: (signal) => reach(options.peer, 's3.endpoint (AWS_S3_ENDPOINT)', signal),
    },
    ...(options.isHealthcheckElsewhere ? [] : [{ name: 's3.healthcheck', timeoutMs, run: healthcheck }]),
    { name: 's3.missing-key', timeoutMs, run: missing },
    { name: 's3.clock', timeoutMs, run: async () => skew.judge() },
  ]
}

function refused(answer: S3Answer, what: string, option: string): ProbeFailure {
  const said = `${answer.status} ${answer.errorCode?.replace(/[^A-Za-z0-9.]/g, '') ?? 'without an error code'}`
  const verdict = judgeS3Answer(answer.status, answer.errorCode)
  const advice =
    'advice' in verdict && verdict.advice !== undefined
      ? verdict.advice
      : verdict.kind === 'denied'
        ? `grant s3:GetObject on it, or check ${option} and the keys`
        : `check ${option}: there is no such object below the endpoint's prefix`
  return new ProbeFailure(`${what} was answered ${said}`, advice, codeOfVerdict(verdict))
}

function codeOfVerdict(verdict: S3Verdict): ErrorCode {
  if (verdict.kind === 'failure') return verdict.code
  if (verdict.kind === 'denied') return 'OBJECT_DENIED'
  return verdict.kind === 'not-found' ? 'OBJECT_NOT_FOUND' : 'S3_BAD_ANSWER'
}
