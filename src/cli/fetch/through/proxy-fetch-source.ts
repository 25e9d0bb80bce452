import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isStrongEtag } from '../../../http/etag.ts'
import type { RequestRecord } from '../../../telemetry/request-record.ts'
import type { Found } from '../fetch-answer.ts'
import type { FetchRequest, FetchResult, FetchSource } from '../fetch-source.ts'
import { createContinuedBody } from './continued-body.ts'
import { checkRest, readAnswer } from './object-answer.ts'
import type { ObjectUrl } from './object-url.ts'
import { type AttemptsOptions, waitAfter } from './proxy-failure.ts'
import type { ObjectQuestion } from './signed-in-client.ts'

export interface ProxyFetchSourceOptions extends Omit<AttemptsOptions, 'signal'> {
  ask(question: ObjectQuestion): Promise<IncomingMessage>
  url: ObjectUrl
  /** The longest wait for the next bytes of a body. */
  silenceMs: number
  now(): number
}

/** Makes one object of a proxy the source of a fetch: attempts before the head are repeated, and bodies continued. */
export function createProxyFetchSource(options: ProxyFetchSourceOptions): FetchSource {
  const { ask, url, silenceMs, now } = options

  async function askOnce({ method, conditions, signal }: FetchRequest): Promise<FetchResult> {
    const headers = { ...conditions } as Record<string, string>
    return readAnswer(await ask({ method, headers, signal }), {
      method,
      silenceMs,
      now,
      range: conditions.range,
    })
  }

  /** Makes the body heal itself. Without a strong ETag, two answers might belong to different versions. */
  function continued(found: Found, request: FetchRequest, record: RequestRecord): Found {
    const { etag, range, body } = found
    if (request.method === 'HEAD' || !isStrongEtag(etag)) return found
    const firstByte = range?.first ?? 0
    const lastByte = found.sizeBytes === undefined ? '' : firstByte + found.sizeBytes - 1
    const openFrom = async (from: number) => {
      const conditions = { range: `bytes=${from}-${lastByte}`, 'if-match': etag }
      return checkRest(await askOnce({ method: 'GET', conditions, signal: request.signal }), etag, from)
    }
    const attempts = { ...options, signal: request.signal }
    return { ...found, body: createContinuedBody({ body, firstByte, openFrom }, record, attempts) }
  }

  return {
    server: 'the proxy',
    endpoint: url.origin,
    key: url.path,
    async open(request, record) {
      for (let attempts = 1; ; attempts++) {
        try {
          const result = await askOnce(request)
          return result.kind === 'found' ? continued(result, request, record) : result
        } catch (error) {
          await waitAfter(error, attempts, { ...options, signal: request.signal })
        }
      }
    },
    async expectation(etag) {
      const md5 = /^"([0-9a-f]{32})"$/i.exec(etag)?.[1]
      if (md5 === undefined) return undefined
      const start = () => createHash('md5')
      // The proxy does not tell whether the bucket encrypts with KMS, where an ETag looks like an MD5 and is none.
      return { name: 'MD5 of the ETag', digest: Buffer.from(md5, 'hex'), isCertain: false, start }
    },
  }
}
