import type { Config } from '../../config/schema/config-schema.ts'
import { S3ProxyError } from '../../errors.ts'
import { isStrongEtag } from '../../http/etag.ts'
import type { ObjectKey } from '../../object/key.ts'
import type { Conditions, ObjectRequest, ObjectResult, ObjectSource } from '../../object/object-source.ts'
import { RequestRecord } from '../../telemetry/request-record.ts'
import { exitStatus } from '../command/exit-status.ts'
import type { FetchFlags } from '../command/flags.ts'
import { type Download, toDevice, toFile, toStdout } from './download.ts'
import { explain, type Found, formatHead } from './fetch-answer.ts'
import type { Output } from './output.ts'
import { findPart, type LeftPart, type PartRecord } from './part-record.ts'
import { type Expectation, pickExpectation } from './verification.ts'

/** Everything that one `s3proxy fetch` needs. */
export interface Plan {
  key: ObjectKey
  flags: FetchFlags
  output: Output
  s3: Config['s3']
  source: ObjectSource
  signal: AbortSignal
  /** Writes to stderr. */
  report(text: string): void
  /** Writes to stderr, except with `--quiet`. */
  note(text: string): void
}

/**
 * Asks S3 for the object, or for the rest of it, and delivers it.
 *
 * @returns the exit status
 * @throws S3ProxyError where S3 gives no regular answer
 */
export async function runDownload(plan: Plan): Promise<number> {
  const { flags, output, note } = plan
  const left = flags.continue === true ? await findLeft(plan) : undefined
  if (left !== undefined && left.haveBytes === left.record.sizeBytes) return deliver(plan, left, undefined)

  const record = new RequestRecord()
  const request: ObjectRequest = {
    method: flags.head === true ? 'HEAD' : 'GET',
    key: plan.key,
    conditions: left === undefined ? conditionsOf(flags) : conditionsOfRest(left),
    signal: plan.signal,
  }
  const result = await plan.source.open(request, record)
  if (left !== undefined && isAllThere(left, result)) return deliver(plan, left, undefined)
  if (result.kind !== 'found') {
    const { status, text } = explain(result)
    if (status === exitStatus.ok) note(text)
    else plan.report(text)
    return status
  }
  if (flags.verbose === true) process.stderr.write(formatHead(result))
  if (flags.head === true) {
    result.body.cancel()
    process.stdout.write(formatHead(result))
    return exitStatus.ok
  }
  try {
    checkAnswer(result, left, flags)
    return await deliver(plan, left, result)
  } catch (error) {
    result.body.cancel()
    throw error
  } finally {
    if (flags.verbose === true && record.healed > 0)
      plan.report(`S3 broke off ${record.healed} times, and was asked for the rest`)
  }

  async function findLeft({ key, s3 }: Plan): Promise<LeftPart | undefined> {
    if (output.kind !== 'file') return undefined
    const wanted = { endpoint: s3.endpoint.url, key, range: flags.range ?? '' }
    const found = await findPart(output.path, wanted)
    if (typeof found !== 'string') return found
    note(`cannot go on from ${output.path}.part: ${found}; starting anew`)
    return undefined
  }
}

function conditionsOf({ range, ifNoneMatch }: FetchFlags): Conditions {
  return {
    ...(range === undefined ? {} : { range: `bytes=${range}` }),
    ...(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
  }
}

function conditionsOfRest({ record, haveBytes }: LeftPart): Conditions {
  const last = record.sizeBytes === undefined ? '' : record.firstByte + record.sizeBytes - 1
  return { range: `bytes=${record.firstByte + haveBytes}-${last}`, 'if-match': record.etag }
}

/** Tells whether the part is the whole object. Without a length, only S3's answer to a request for more shows that. */
function isAllThere({ record, haveBytes }: LeftPart, result: ObjectResult): boolean {
  return (
    record.sizeBytes === undefined &&
    result.kind === 'range-not-satisfiable' &&
    result.sizeBytes === record.firstByte + haveBytes
  )
}

/** Refuses an answer without the range that was asked for. */
function checkAnswer(
  { status, etag, sizeBytes }: Found,
  left: LeftPart | undefined,
  flags: FetchFlags,
): void {
  const isAsked = status === 206 || (left === undefined && flags.range === undefined)
  if (!isAsked) throw new Error('S3 sent the whole object instead of the range that was asked for')
  if (left === undefined) return
  const { record, haveBytes } = left
  const isOfRest = record.sizeBytes === undefined || sizeBytes === record.sizeBytes - haveBytes
  if (etag !== record.etag || !isOfRest)
    throw new Error(
      'S3 sent another rest than that of the part: leave out --continue to fetch the object anew',
    )
}

/** Delivers the object. @param result `undefined` where the part is the whole object already */
async function deliver(plan: Plan, left: LeftPart | undefined, result: Found | undefined): Promise<number> {
  const { flags, output } = plan
  const etag = result === undefined ? left?.record.etag : result.etag
  const expectation = flags.verify === true ? await expectationOf(plan, etag) : undefined
  const download: Download = {
    body: result?.body ?? { read: () => null, cancel() {} },
    sizeBytes: left?.record.sizeBytes ?? withLeft(left, result?.sizeBytes),
    haveBytes: left?.haveBytes ?? 0,
    expectation,
    showsProgress: flags.quiet !== true && process.stderr.isTTY === true,
    signal: plan.signal,
  }
  let isAllTaken = true
  if (output.kind === 'stdout') isAllTaken = await toStdout(download)
  else if (output.kind === 'device') isAllTaken = await toDevice(download, output.path)
  else {
    const record = left?.record ?? (result === undefined ? undefined : recordOf(plan, result, etag))
    await toFile(download, output, record, left)
  }
  if (flags.verify !== true) return exitStatus.ok
  if (expectation === undefined) return exitStatus.unverified
  if (!isAllTaken) {
    plan.report('not verified: the reader had enough before the end of the object')
    return exitStatus.unverified
  }
  plan.note(`the object is what S3 says it is, by its ${expectation.name}`)
  return exitStatus.ok
}

/** Adds the size of the part. @param sizeBytes size of the bytes that S3 sends now */
function withLeft(left: LeftPart | undefined, sizeBytes: number | undefined): number | undefined {
  if (left === undefined) return sizeBytes
  return left.haveBytes + (sizeBytes ?? 0)
}

/** Finds the digest to compare with. Where there is none it says so, also with `--quiet`. */
async function expectationOf(plan: Plan, etag: string | undefined): Promise<Expectation | undefined> {
  const expectation = isStrongEtag(etag) ? await askForExpectation(plan, etag) : undefined
  if (expectation === undefined)
    plan.report(
      'cannot verify: S3 has no checksum of the full object, and the ETag is no MD5 (length and version do fit)',
    )
  return expectation
}

async function askForExpectation(
  { source, key, signal }: Plan,
  etag: string,
): Promise<Expectation | undefined> {
  const result = await source.checksum({ key, etag, signal })
  if (result.kind === 'found') return pickExpectation(result.checksums)
  throw new S3ProxyError('OBJECT_REPLACED', 'the object was replaced while it was fetched: fetch it again')
}

const sizeOf = ({ sizeBytes }: Found) => (sizeBytes === undefined ? {} : { sizeBytes })

/** Makes the record of the part. @returns `undefined` where the part could not be continued, for want of a strong ETag */
function recordOf({ key, s3, flags }: Plan, result: Found, etag: string | undefined): PartRecord | undefined {
  if (!isStrongEtag(etag)) return undefined
  const firstByte = result.range?.first ?? 0
  const endpoint = s3.endpoint.url
  return { endpoint, key, range: flags.range ?? '', etag, firstByte, ...sizeOf(result) }
}
