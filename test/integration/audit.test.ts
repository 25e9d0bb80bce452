import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../helpers/eventually.ts'
import { type StageInProcess, startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const mib = 1024 * 1024

const until = (holds: () => boolean) => eventually(async () => holds(), Boolean)

/** Waits for a number of lines with a message. They are written after the client has its answer. @returns their fields */
async function lines(stage: StageInProcess, message: string, count: number) {
  await until(() => stage.log.filter(({ msg }) => msg === message).length >= count)
  return stage.log.filter(({ msg }) => msg === message).map(({ level, time, msg, ...fields }) => fields)
}

describe('log.audit', () => {
  it('has one line for each delivery, with the person, the version, the bytes, and S3’s own name for it', async (t) => {
    const stage = await startStageInProcess(t, { env: { S3PROXY_LOG_AUDIT: 'true' } })
    const jo = stage.browser()
    stage.s3.misbehave({ extraHeaders: { 'x-amz-version-id': 'v-7' } })
    await jo.follow(`${stage.origin}/page.html`)
    const part = await jo.request(`${stage.origin}/page.html`, { headers: { range: 'bytes=1-4' } })
    assert.equal(part.headers['x-amz-request-id'], undefined)
    await jo.request(`${stage.origin}/page.html`, { method: 'HEAD' })
    await jo.request(`${stage.origin}/missing`)
    const [whole, range, ...more] = await lines(stage, 'delivery', 2)
    assert.deepEqual(more, [])
    assert.match(String(whole?.s3RequestId), /^[0-9A-Z]{16}$/)
    assert.notEqual(range?.s3RequestId, whole?.s3RequestId)
    const { requestId, s3RequestId: _, ...rest } = whole ?? {}
    assert.deepEqual(JSON.parse(JSON.stringify(rest)), {
      ...{ who: 'user-1', key: 'page.html', versionId: 'v-7', etag: part.headers.etag },
      ...{ sizeBytes: 13, bytes: 13, outcome: 'complete', healed: 0 },
    })
    assert.deepEqual([range?.range, range?.sizeBytes, range?.bytes], ['bytes 1-4/13', 4, 4])
    const access = (await lines(stage, 'request', 5)).find((line) => line.requestId === requestId)
    assert.equal(access?.s3RequestId, whole?.s3RequestId)
  })

  it('tells a healed, a cut and an aborted delivery apart, with the bytes that were really sent', async (t) => {
    const stage = await startStageInProcess(t, { env: { S3PROXY_LOG_AUDIT: 'true' } })
    const { s3, origin } = stage
    s3.put('film', { body: { sizeBytes: 4 * mib, seed: 1 } })
    const jo = stage.browser()
    await jo.follow(`${origin}/page.html`)

    s3.misbehave(({ ordinal }) => (ordinal === 1 ? { cutAfterBytes: mib } : {}))
    assert.equal((await jo.request(`${origin}/film`)).body.length, 4 * mib)
    const healed = (await lines(stage, 'delivery', 2))[1]
    assert.deepEqual([healed?.outcome, healed?.healed, healed?.bytes], ['complete', 1, 4 * mib])

    s3.misbehave(({ ordinal }) =>
      ordinal === 1 ? { cutAfterBytes: mib } : { error: 403, code: 'InvalidAccessKeyId' },
    )
    await assert.rejects(jo.request(`${origin}/film`))
    const cut = (await lines(stage, 'delivery', 3))[2]
    assert.equal(cut?.outcome, 'cut')
    assert.ok(Number(cut?.bytes) > 0 && Number(cut?.bytes) <= mib)
    const [warning] = await lines(
      stage,
      "a body was cut, and so was the client's connection: S3 answered 403 InvalidAccessKeyId: check s3.accessKeyId and s3.secretAccessKey (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), or the role",
      1,
    )
    // The id belongs to the answer that ended the body, and not to the first one.
    assert.match(String(warning?.s3RequestId), /^[0-9A-Z]{16}$/)
    assert.notEqual(warning?.s3RequestId, cut?.s3RequestId)

    s3.misbehave({ cutAfterBytes: mib, how: 'stall' })
    const leaving = new AbortController()
    const asked = jo.request(`${origin}/film`, { signal: leaving.signal })
    await until(() => s3.requests.at(-1)?.bodyBytesSent === mib)
    leaving.abort()
    await assert.rejects(asked)
    const aborted = (await lines(stage, 'delivery', 4))[3]
    assert.equal(aborted?.outcome, 'aborted')
    assert.ok(Number(aborted?.bytes) < 4 * mib)
  })

  it('names nobody in any line where identities are hashed', async (t) => {
    const env = {
      ...{ S3PROXY_LOG_AUDIT: 'true', S3PROXY_LOG_IDENTITY: 'hashed', S3PROXY_SSO_USER_CLAIM: 'email' },
      S3PROXY_LOG_IDENTITY_HASH_KEY: 'a key of sixteen or more',
    }
    const stage = await startStageInProcess(t, { env })
    await stage.browser().follow(`${stage.origin}/page.html`)
    const [delivery] = await lines(stage, 'delivery', 1)
    assert.match(String(delivery?.who), /^hmac:[\w-]{32}$/)
    const named = (await lines(stage, 'request', 3)).filter(({ who }) => who !== undefined)
    // These are the lines of the callback and of the page.
    assert.deepEqual(
      named.map(({ who }) => who),
      [delivery?.who, delivery?.who],
    )
    assert.ok(!JSON.stringify(stage.log).includes('jo@example.com'))
  })

  it('is off unless asked for', async (t) => {
    const stage = await startStageInProcess(t)
    await stage.browser().follow(`${stage.origin}/page.html`)
    await lines(stage, 'request', 3)
    assert.deepEqual(
      stage.log.filter(({ msg }) => msg === 'delivery'),
      [],
    )
  })
})

describe('lines about failures of S3', () => {
  it('have S3’s own name for its answer, and the client does not', async (t) => {
    const stage = await startStageInProcess(t)
    const jo = stage.browser()
    await jo.follow(`${stage.origin}/page.html`)
    stage.s3.misbehave({ error: 403, code: 'SignatureDoesNotMatch' })
    const answer = await jo.request(`${stage.origin}/page.html`)
    assert.equal(answer.status, 502)
    await until(() => stage.log.some(({ status }) => status === 502))
    const told = stage.log.filter(({ code }) => code === 'S3_CREDENTIALS')
    assert.deepEqual(
      told.map(({ level }) => level),
      ['warn', 'info'],
    )
    const id = String(told[0]?.s3RequestId)
    assert.match(id, /^[0-9A-Z]{16}$/)
    assert.equal(told[1]?.s3RequestId, id)
    assert.ok(!JSON.stringify(answer.rawHeaders).includes(id) && !answer.text.includes(id))
  })
})
