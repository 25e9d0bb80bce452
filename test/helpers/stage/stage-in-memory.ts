import { createAccess } from '../../../src/access/create-access.ts'
import type { RequestHeader } from '../../../src/http/proxy-request.ts'
import type { Reply } from '../../../src/http/reply.ts'
import type { ObjectRequest, ObjectResult } from '../../../src/object/object-source.ts'
import { shownId } from '../../../src/person/person.ts'
import { createHandler, type HandlerOptions, type ServedMount } from '../../../src/server/handler.ts'
import { createSiteResolver } from '../../../src/server/site.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { headerIn } from '../clients/header-in.ts'
import { createLoginPorts, jo, request, site } from './login-ports.ts'

type Headers = { [name in RequestHeader]?: string }

/** Puts the handler on a stage that is all in memory; `steps` has what it asked for, in order. */
export function createStageInMemory(changes: Partial<HandlerOptions> = {}, mount: Partial<ServedMount> = {}) {
  const ports = createLoginPorts()
  const steps: string[] = []
  const logged: { level: string; message: string; fields: object }[] = []
  const put = (level: string) => (fields: object, message: string) => {
    logged.push({ level, message, fields })
  }
  let result: ObjectResult | Error = found('text/plain', 'hello')
  async function open({ method, key }: ObjectRequest) {
    steps.push(`s3 ${method} ${key}`)
    if (result instanceof Error) throw result
    return result
  }
  const handler = createHandler({
    ...ports.options,
    sessions: {
      ...ports.options.sessions,
      find(cookie, isSecure) {
        steps.push('session')
        return ports.options.sessions.find(cookie, isSecure)
      },
    },
    mounts: [
      {
        ...{ name: undefined, path: '/', source: { open }, isSandboxed: () => true },
        onDenied: () => steps.push('denied'),
        onRefused: (_, { s3Code }) => steps.push(`refused ${s3Code}`),
        ...mount,
      },
    ],
    siteOf: createSiteResolver({ publicUrl: { ...site, host: new URL(site.origin).host, url: site.origin } }),
    readiness: {
      check: async () => ({ state: 'ok', checks: { sessions: 'ok' } }),
    },
    healthcheckKey: 'health',
    maxGuestBodies: 8,
    access: createAccess({}),
    tokenCheckIntervalMs: 60_000,
    log: { debug: put('debug'), info: put('info'), warn: put('warn'), error: put('error') },
    ...changes,
  })
  return {
    ...{ ...ports, handler, steps, logged },
    /** Sets the answer of S3. */
    s3(next: ObjectResult | Error) {
      result = next
    },
    async ask(target: string, headers: Headers = {}, method = 'GET', host = 'assets.example.com') {
      const record = new RequestRecord(method)
      record.requestId = 'request-1'
      const reply = await handler({ ...request(target, headers, method), host }, record)
      // As it is shown when the request is over.
      record.who = record.person && shownId(record.person)
      return { ...reply, code: record.code, record, header: (name: string) => headerIn(reply.headers, name) }
    },
    /** Makes a session. @returns its cookie */
    async signIn() {
      const { now } = ports.clock
      const session = { accessToken: 'token', person: jo, createdAt: now, verifiedAt: now }
      return ((await ports.options.sessions.create(session, true)).split(';')[0] ?? '') as string
    },
  }
}

/** S3 has an object with this content. */
export function found(type: string, text: string): ObjectResult {
  const bytes = Buffer.from(text)
  let left: Uint8Array | null = bytes
  return {
    kind: 'found',
    status: 200,
    s3RequestId: 'S3-1',
    headers: ['content-type', type, 'etag', '"e"'],
    sizeBytes: bytes.length,
    body: {
      read() {
        const piece = left
        left = null
        return piece
      },
      cancel() {
        left = null
      },
    },
  }
}

/** Reads the whole body of an answer. */
export function readAll({ body }: Reply): string {
  if (body === null || typeof body === 'string') return body ?? ''
  return Buffer.from((body.source?.read() ?? []) as Uint8Array).toString()
}
