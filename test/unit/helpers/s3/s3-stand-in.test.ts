import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { emptyFolder } from '../../../helpers/config/file-with.ts'
import { localhostTls } from '../../../helpers/network/localhost-tls.ts'
import { exchange, signRequest } from '../../../helpers/s3/signed-exchange.ts'
import { generatedSha256 } from '../../../helpers/s3/stand-in/generated-body.ts'
import type { S3StandInOptions } from '../../../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../../../helpers/s3/stand-in/start-s3-stand-in.ts'

describe('startS3StandIn', { timeout: 60_000 }, () => {
  const start = async (t: TestContext, options: S3StandInOptions = {}) => {
    const s3 = await startS3StandIn(options)
    t.after(() => s3.close())
    s3.put('object', { body: 'object' })
    return s3
  }
  const send = async (s3: { port: number }, request: string) => {
    const answer = await exchange(s3.port, request, (received) =>
      /\r\n\r\n.*(object|<\/Error>|<\/ListBucketResult>)/s.test(received.toString('latin1')),
    )
    answer.socket.destroy()
    return { status: answer.status, code: /<Code>(\w+)</.exec(answer.body.toString())?.[1], answer }
  }
  const refusal = async (s3: { port: number }, request: string) => {
    const { status, code } = await send(s3, request)
    return [status, code]
  }

  it('tells a wrong region from a wrong signature', async (t) => {
    const s3 = await start(t)
    const request = await signRequest({ ...s3, region: 'us-east-1' }, 'object')
    assert.deepEqual(await refusal(s3, request), [400, 'AuthorizationHeaderMalformed'])
    const tampered = (await signRequest(s3, 'object')).replace('/object ', '/object2 ')
    assert.deepEqual(await refusal(s3, tampered), [403, 'SignatureDoesNotMatch'])
  })

  it('keeps versions once it is told to, and gives each by its name', async (t) => {
    const s3 = await start(t)
    const ask = async (versionId?: string) => {
      const query = versionId === undefined ? {} : { versionId }
      const { status, code, answer } = await send(s3, await signRequest(s3, 'object', { query }))
      const name = /x-amz-version-id: (.*)/i.exec(answer.head)?.[1]
      return status === 200 ? [answer.body.toString(), name] : [status, code]
    }
    assert.deepEqual(await ask(), ['object', undefined])
    assert.deepEqual(await ask('x'), [400, 'InvalidArgument'])
    s3.enableVersions()
    assert.deepEqual(await ask(), ['object', 'null'])
    const { versionId = '' } = s3.put('object', { body: 'second object' })
    assert.deepEqual(await ask(), ['second object', versionId.toLowerCase()])
    s3.delete('object')
    assert.deepEqual(await ask(), [404, 'NoSuchKey'])
    assert.deepEqual(await ask('null'), ['object', 'null'])
    assert.deepEqual(await ask(versionId), ['second object', versionId.toLowerCase()])
    s3.deleteVersion('object', versionId)
    assert.deepEqual(await ask(versionId), [404, 'NoSuchVersion'])
  })

  it('takes a date within 15 minutes of its clock', async (t) => {
    const now = Date.parse('2026-01-02T03:04:05Z')
    const s3 = await start(t, { clock: () => new Date(now) })
    for (const [minutes, expected] of [
      [-16, [403, 'RequestTimeTooSkewed']],
      [-14, [200, undefined]],
      [14, [200, undefined]],
      [16, [403, 'RequestTimeTooSkewed']],
    ] as const) {
      const request = await signRequest(s3, 'object', { at: new Date(now + minutes * 60_000) })
      assert.deepEqual(await refusal(s3, request), expected, `${minutes} minutes`)
    }
  })

  it('wants the session token and no other', async (t) => {
    const s3 = await start(t, { sessionToken: 'the-token' })
    assert.deepEqual(await refusal(s3, await signRequest(s3, 'object')), [200, undefined])
    const wrong = await signRequest(s3, 'object', { sessionToken: 'another' })
    assert.deepEqual(await refusal(s3, wrong), [400, 'InvalidToken'])
    const missing = (await signRequest(s3, 'object')).replace(/x-amz-security-token: .*\r\n/i, '')
    assert.deepEqual(await refusal(s3, missing), [403, 'InvalidAccessKeyId'])
  })

  it('wants every x-amz header signed', async (t) => {
    const s3 = await start(t)
    const request = (await signRequest(s3, 'object')).replace('\r\n\r\n', '\r\nx-amz-late: 1\r\n\r\n')
    assert.deepEqual(await refusal(s3, request), [403, 'AccessDenied'])
  })

  it('wants a payload hash, and the one of no body', async (t) => {
    const s3 = await start(t)
    const withHash = (hash: string) =>
      signRequest(s3, 'object', { headers: { 'x-amz-content-sha256': hash } })
    assert.deepEqual(await refusal(s3, await withHash('UNSIGNED-PAYLOAD')), [200, undefined])
    assert.deepEqual(await refusal(s3, await withHash('a'.repeat(64))), [400, 'XAmzContentSHA256Mismatch'])
    assert.deepEqual(await refusal(s3, await withHash('nonsense')), [400, 'InvalidArgument'])
  })

  it('says AccessDenied for a missing key where it may not list', async (t) => {
    const s3 = await start(t, { mayList: false })
    assert.deepEqual(await refusal(s3, await signRequest(s3, 'missing')), [403, 'AccessDenied'])
    assert.deepEqual(await refusal(s3, await signRequest(s3, '')), [403, 'AccessDenied'])
  })

  it('lists the bucket for the empty key', async (t) => {
    const s3 = await start(t)
    const { status, answer } = await send(s3, await signRequest(s3, ''))
    assert.equal(status, 200)
    assert.match(answer.body.toString(), /<ListBucketResult .*<Key>object<\/Key>/)
  })

  it('knows GET and HEAD alone', async (t) => {
    const s3 = await start(t)
    const request = await signRequest(s3, 'object', { method: 'DELETE' })
    assert.deepEqual(await refusal(s3, request), [405, 'MethodNotAllowed'])
  })

  it('takes a lower-case escape for the same path, and refuses a broken one', async (t) => {
    const s3 = await start(t)
    s3.put('sl;sh', { body: 'object' })
    const request = await signRequest(s3, 'sl%3Bsh')
    assert.deepEqual(await refusal(s3, request.replace('%3B', '%3b')), [200, undefined])
    assert.deepEqual(await refusal(s3, request.replace('%3B', ';')), [200, undefined])
    assert.deepEqual(await refusal(s3, request.replace('%3B', '%3')), [400, 'InvalidURI'])
  })

  it('shows a query that leaked to it', async (t) => {
    const s3 = await start(t)
    const unsigned = (await signRequest(s3, 'object')).replace('/object ', '/object?acl ')
    assert.deepEqual(await refusal(s3, unsigned), [403, 'SignatureDoesNotMatch'])
    const acl = await signRequest(s3, 'object', { query: { acl: '' } })
    assert.deepEqual(await refusal(s3, acl), [501, 'NotImplemented'])
    const query = { 'response-content-type': 'text/html' }
    const { answer } = await send(s3, await signRequest(s3, 'object', { query }))
    assert.match(answer.head, /content-type: text\/html/)
  })

  it('records what came and how it ended', async (t) => {
    const s3 = await start(t, { maxRecordedRequests: 2 })
    for (const key of ['object', 'missing', 'a%20b']) await send(s3, await signRequest(s3, key))
    await s3.requestsSettled()
    assert.equal(s3.requestCount, 3)
    assert.deepEqual(
      s3.requests.map(({ method, rawTarget, key, status, authenticated, outcome }) => {
        return { method, rawTarget, key, status, authenticated, outcome }
      }),
      [
        {
          ...{ method: 'GET', rawTarget: '/test-bucket/missing', key: 'missing', status: 404 },
          ...{ authenticated: true, outcome: 'complete' },
        },
        {
          ...{ method: 'GET', rawTarget: '/test-bucket/a%20b', key: 'a b', status: 404 },
          ...{ authenticated: true, outcome: 'complete' },
        },
      ],
    )
  })

  it('sees a client leave in the middle of a body', async (t) => {
    const s3 = await start(t)
    s3.put('large', { body: { sizeBytes: 1 << 30, seed: 1 } })
    const answer = await exchange(s3.port, await signRequest(s3, 'large'), () => true)
    assert.equal(s3.openConnections, 1)
    answer.socket.destroy()
    await s3.connectionsBelow(1)
    await s3.requestsSettled()
    const [record] = s3.requests
    assert.equal(record?.outcome, 'client-left')
    assert.ok((record?.bodyBytesSent ?? 0) < 1 << 30)
  })

  it('serves generated and file bodies byte for byte', async (t) => {
    const s3 = await start(t)
    const sizeBytes = 5_000_011
    const folder = emptyFolder(t)
    s3.put('generated', { body: { sizeBytes, seed: 3 } })
    const read = async (key: string) =>
      (await exchange(s3.port, await signRequest(s3, key), (got) => got.length > sizeBytes && isWhole(got)))
        .body
    const isWhole = (got: Buffer) => got.length - (got.indexOf('\r\n\r\n') + 4) === sizeBytes
    const generated = await read('generated')
    assert.equal(createHash('sha256').update(generated).digest('hex'), generatedSha256(sizeBytes, 3))
    writeFileSync(join(folder, 'file'), generated)
    s3.put('file', { body: { file: join(folder, 'file') } })
    assert.ok((await read('file')).equals(generated))
  })

  it('keeps to a rate', async (t) => {
    const s3 = await start(t, { bytesPerSecondPerConnection: 100_000 })
    s3.put('paced', { body: { sizeBytes: 20_000, seed: 1 } })
    const startedMs = performance.now()
    const answer = await exchange(s3.port, await signRequest(s3, 'paced'), (got) => got.length > 20_000)
    answer.socket.destroy()
    // The pace allows the last step to be sent a little early.
    assert.ok(performance.now() - startedMs >= 140)
  })

  it('speaks https', async (t) => {
    const { cert } = localhostTls
    const s3 = await start(t, { tls: localhostTls })
    const status = await new Promise((resolve, reject) => {
      get(`${s3.endpoint}object`, { ca: cert, agent: false }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode))
      }).once('error', reject)
    })
    assert.equal(status, 403)
    assert.equal(s3.requests[0]?.authenticated, false)
  })
})
