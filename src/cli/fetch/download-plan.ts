import { isStrongEtag } from '../../http/etag.ts'
import type { Conditions } from '../../object/object-source.ts'
import { RequestRecord } from '../../telemetry/request-record.ts'
import { exitStatus } from '../command/exit-status.ts'
import type { FetchFlags } from '../command/flags.ts'
import { type Delivery, type Download, toDevice, toFile, toStdout } from './download.ts'
import { explain, type Found, formatHead } from './fetch-answer.ts'
import type { FetchResult, FetchSource } from './fetch-source.ts'
import type { Output } from './output.ts'
import { findPart, type LeftPart, type PartRecord } from './part-record.ts'
import type { Expectation } from './verification.ts'

/** Everything that one `s3proxy fetch` needs. */
export interface Plan {
  flags: FetchFlags
  output: Output
  source: FetchSource
  signal: AbortSignal
  /** Writes to stderr. */
  report(text: string): void
  /** Writes to stderr, except with `--quiet`. */
  note(text: string): void
}

/**
 * Asks for the object, or for the rest of it, and delivers it.
 *
 * @returns the exit status
 * @throws where the server gives no regular answer
 */
export async function runDownload(plan: Plan): Promise<number> {
  const { flags, output, source, note } = plan
  const left = flags.continue === true ? await findLeft(plan) : undefined
  if (left !== undefined && left.haveBytes === left.record.sizeBytes) return deliver(plan, left, undefined)

  const record = new RequestRecord()
  const method = flags.head === true ? 'HEAD' : 'GET'
  const conditions = left === undefined ? conditionsOf(flags) : conditionsOfRest(left)
  const result = await source.open({ method, conditions, signal: plan.signal }, record)
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
    checkAnswer(result, left, flags, source.server)
    return await deliver(plan, left, result)
  } catch (error) {
    result.body.cancel()
    throw error
  } finally {
    if (flags.verbose === true && record.healed > 0)
      plan.report(`${source.server} broke off ${record.healed} times, and was asked for the rest`)
  }

  async function findLeft({ source: { endpoint, key } }: Plan): Promise<LeftPart | undefined> {
    if (output.kind !== 'file') return undefined
    const found = await findPart(output.path, { endpoint, key, range: flags.range ?? '' })
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

/** Tells whether the part is the whole object. Without a length, only the answer to a request for more shows that. */
function isAllThere({ record, haveBytes }: LeftPart, result: FetchResult): boolean {
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
  server: string,
): void {
  const isAsked = status === 206 || (left === undefined && flags.range === undefined)
  if (!isAsked) throw new Error(`${server} sent the whole object instead of the range that was asked for`)
  if (left === undefined) return
  const { record, haveBytes } = left
  const isOfRest = record.sizeBytes === undefined || sizeBytes === record.sizeBytes - haveBytes
  if (etag !== record.etag || !isOfRest)
    throw new Error(
      `${server} sent another rest than that of the part: leave out --continue to fetch the object anew`,
    )
}

/** Delivers the object. @param result `undefined` where the part is the whole object already */
async function deliver(plan: Plan, left: LeftPart | undefined, result: Found | undefined): Promise<number> {
  const { flags, output, source } = plan
  const etag = result === undefined ? left?.record.etag : result.etag
  const expectation = flags.verify === true ? await expectationOf(plan, etag) : undefined
  const download: Download = {
    server: source.server,
    body: result?.body ?? { read: () => null, cancel() {} },
    sizeBytes: left?.record.sizeBytes ?? withLeft(left, result?.sizeBytes),
    haveBytes: left?.haveBytes ?? 0,
    expectation,
    showsProgress: flags.quiet !== true && process.stderr.isTTY === true,
    signal: plan.signal,
  }
  let delivery: Delivery
  if (output.kind === 'stdout') delivery = await toStdout(download)
  else if (output.kind === 'device') delivery = await toDevice(download, output.path)
  else {
    const record = left?.record ?? (result === undefined ? undefined : recordOf(plan, result, etag))
    delivery = await toFile(download, output, record, left)
  }
  return flags.verify === true ? verified(plan, expectation, delivery) : exitStatus.ok
}

/** Says whether what was delivered is the object. @returns the exit status */
function verified(plan: Plan, expectation: Expectation | undefined, delivery: Delivery): number {
  const { server } = plan.source
  if (expectation === undefined) return exitStatus.unverified
  if (delivery === 'complete') {
    plan.note(`the object is what ${server} says it is, by its ${expectation.name}`)
    return exitStatus.ok
  }
  plan.report(
    delivery === 'left'
      ? 'not verified: the reader had enough before the end of the object'
      : `not verified: the object has another ${expectation.name}, which is none where the bucket encrypts with KMS`,
  )
  return exitStatus.unverified
}

/** Adds the size of the part. @param sizeBytes size of the bytes that come now */
function withLeft(left: LeftPart | undefined, sizeBytes: number | undefined): number | undefined {
  if (left === undefined) return sizeBytes
  return left.haveBytes + (sizeBytes ?? 0)
}

/** Finds the digest to compare with. Where there is none it says so, also with `--quiet`. */
async function expectationOf(plan: Plan, etag: string | undefined): Promise<Expectation | undefined> {
  const { source, signal } = plan
  const expectation = isStrongEtag(etag) ? await source.expectation(etag, signal) : undefined
  if (expectation === undefined)
    plan.report(
      `cannot verify: ${source.server} has no checksum of the full object, and the ETag is no MD5 (length and version do fit)`,
    )
  return expectation
}

const sizeOf = ({ sizeBytes }: Found) => (sizeBytes === undefined ? {} : { sizeBytes })

/** Makes the record of the part. @returns `undefined` where the part could not be continued, for want of a strong ETag */
function recordOf(plan: Plan, result: Found, etag: string | undefined): PartRecord | undefined {
  if (!isStrongEtag(etag)) return undefined
  const firstByte = result.range?.first ?? 0
  const { source, flags } = plan
  const { endpoint, key } = source
  return { endpoint, key, range: flags.range ?? '', etag, firstByte, ...sizeOf(result) }
}
