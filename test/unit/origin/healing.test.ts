import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ObjectKey } from '../../../src/object/key.ts'
import type { FoundObject } from '../../../src/origin/found-object.ts'
import { HealingBody } from '../../../src/origin/healing.ts'
import { VersionNames } from '../../../src/origin/version-name.ts'

import type { S3Response } from '../../../src/s3/connection.ts'
import type { S3Client } from '../../../src/s3/s3-client.ts'
import { TransportError } from '../../../src/s3/transport-error.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { Cancellation } from '../../../src/waiting/cancellation.ts'
import { createHandFedBody } from '../../helpers/origin/hand-fed-bodies.ts'

const s3Body = (firstByte: number, endByte: number) =>
  Object.assign(createHandFedBody(firstByte, endByte), { abandon: () => undefined })

/** Begins an object of 100 bytes. Its S3 answers the request for the rest on command. */
function begin() {
  const first = s3Body(0, 100)
  const signal = new Cancellation()
  let answer: (response: S3Response) => void = () => {}
  let onAsked: () => void = () => {}
  const asked = new Promise<void>((resolve) => {
    onAsked = resolve
  })
  const client: S3Client = {
    send: () =>
      new Promise((resolve) => {
        answer = resolve
        onAsked()
      }),
    renewCredentials: () => false,
  }
  const found: FoundObject = {
    kind: 'found',
    status: 200,
    headers: [],
    sizeBytes: 100,
    range: undefined,
    etag: '"a"',
    lastModified: undefined,
    contentEncoding: undefined,
    versionId: undefined,
    s3RequestId: undefined,
    body: first,
  }
  const record = new RequestRecord()
  const body = new HealingBody(
    found,
    { method: 'GET', key: 'k' as ObjectKey, conditions: {}, signal },
    record,
    {
      client,
      versionNames: new VersionNames(() => 0),
      maxAttempts: 3,
      deadlineMs: 60_000,
      readerPatienceMs: 60_000,
      isCrowded: () => false,
      random: () => 0,
      now: () => performance.now(),
      onRetry() {},
    },
  )
  const restFrom = (firstByte: number, totalBytes = 100, endsAtByte = 100) => {
    const rest = s3Body(firstByte, endsAtByte)
    answer({
      status: 206,
      headers: new Map([
        ['content-range', `bytes ${firstByte}-99/${totalBytes}`],
        ['etag', '"a"'],
      ]),
      contentLength: 100 - firstByte,
      body: rest,
    })
    return rest
  }
  return { body, record, first, signal, asked, restFrom }
}

describe('HealingBody', { timeout: 60_000 }, () => {
  it('goes on with the rest where S3 broke off', async () => {
    const { body, record, first, asked, restFrom } = begin()
    first.feed(40)
    assert.equal((await body.read())?.byteLength, 40)
    const next = body.read()
    first.fail(new TransportError('cut', 'S3 broke the connection'))
    await asked
    restFrom(40).feed()
    assert.equal((await next)?.[0], 40)
    assert.equal(await body.read(), null)
    assert.equal(record.healed, 1)
  })

  it('cancels a rest that comes when nobody wants it any more', async () => {
    const { body, first, asked, restFrom } = begin()
    const next = body.read() as Promise<unknown>
    first.fail(new TransportError('cut', 'S3 broke the connection'))
    await asked
    body.cancel()
    const rest = restFrom(0)
    await assert.rejects(next)
    assert.equal(rest.isCancelled, true)
  })

  it('does not go on with an object of another size, whatever its ETag', async () => {
    const { body, first, asked, restFrom } = begin()
    first.feed(40)
    await body.read()
    const next = body.read() as Promise<unknown>
    first.fail(new TransportError('cut', 'S3 broke the connection'))
    await asked
    const rest = restFrom(40, 101)
    await assert.rejects(next, {
      code: 'OBJECT_REPLACED',
      message: 'the object was replaced while it was being read',
    })
    assert.equal(rest.isCancelled, true)
  })

  it('lets go of the signal at its end, and listens to it until then', async () => {
    const { body, first, signal } = begin()
    first.feed()
    await body.read()
    assert.equal(await body.read(), null)
    signal.abort()
    assert.equal(first.isCancelled, false)

    const other = begin()
    other.signal.abort()
    assert.equal(other.first.isCancelled, true)
  })

  it('never takes a body that ends early for the whole', async () => {
    const { body, first, asked, restFrom } = begin()
    first.feed(40)
    await body.read()
    const next = body.read()
    first.fail(new TransportError('cut', 'S3 broke the connection'))
    await asked
    restFrom(40, 100, 70).feed()
    assert.equal((await next)?.byteLength, 30)
    await assert.rejects(async () => body.read(), { code: 'INTERNAL', message: /at byte 70 of 100/ })
  })
})
