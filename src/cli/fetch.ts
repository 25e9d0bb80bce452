import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { loadConfig } from '../config/load.ts'
import { messageOf, S3ProxyError } from '../errors.ts'
import { DestinationClosed, relayBody } from '../http/relay.ts'
import type { HeaderList } from '../http/reply.ts'
import { createLog } from '../log.ts'
import { checkKey } from '../object/key.ts'
import type { Conditions, ObjectBody, ObjectResult } from '../object/object-source.ts'
import { createObjects } from '../wiring.ts'
import { exitStatus } from './exit-status.ts'
import type { FetchFlags } from './flags.ts'
import { formatProblems } from './problems.ts'
import { createProgress } from './progress.ts'

/** Streams one object to stdout or a file. */
export async function fetchObject(key: string, flags: FetchFlags): Promise<number> {
  const note = (text: string) => {
    if (flags.quiet !== true) process.stderr.write(text)
  }
  const fail = (status: number, text: string) => {
    process.stderr.write(`s3proxy: ${text}\n`)
    return status
  }
  const checked = key === '' ? undefined : checkKey(key)
  if (checked === undefined)
    return fail(exitStatus.usage, 'not a key: it is empty, or has a NUL or a segment . or ..')
  const { config, problems } = loadConfig({
    configPath: flags.config,
    flags: flags.set,
    wanted: ['s3', 'log'],
  })
  if (config === undefined) {
    process.stderr.write(formatProblems(problems))
    return exitStatus.usage
  }

  // Nothing but the object goes to stdout.
  const log = await createLog({ level: 'silent', isPretty: false })
  const { source, client } = createObjects(config, log)
  const cancelled = new AbortController()
  const cancel = () => cancelled.abort()
  process.once('SIGINT', cancel)
  process.once('SIGTERM', cancel)
  try {
    const result = await source.open({
      method: flags.head === true ? 'HEAD' : 'GET',
      key: checked,
      conditions: conditionsOf(flags),
      signal: cancelled.signal,
    })
    if (result.kind !== 'found') return notFound(result, note, fail)
    if (flags.verbose === true) note(formatHead(result.status, result.headers))
    if (flags.head === true) {
      result.body.cancel()
      process.stdout.write(formatHead(result.status, result.headers))
      return exitStatus.ok
    }
    cancelled.signal.addEventListener('abort', () => result.body.cancel())
    const showsProgress = flags.quiet !== true && process.stderr.isTTY === true
    const progress = createProgress(
      result.sizeBytes,
      showsProgress ? (text) => process.stderr.write(text) : () => {},
    )
    if (flags.output === undefined) await writeToStdout(result.body, progress.add)
    else await writeToFile(result.body, flags.output, progress.add)
    progress.end()
    return exitStatus.ok
  } catch (error) {
    if (cancelled.signal.aborted) return fail(exitStatus.failure, 'stopped before the object was complete')
    if (error instanceof S3ProxyError) return fail(exitStatus.failure, `${error.message} [${error.code}]`)
    return fail(exitStatus.failure, messageOf(error))
  } finally {
    client.close()
  }
}

function conditionsOf(flags: FetchFlags): Conditions {
  return {
    ...(flags.range === undefined ? {} : { range: `bytes=${flags.range}` }),
    ...(flags.ifNoneMatch === undefined ? {} : { 'if-none-match': flags.ifNoneMatch }),
  }
}

function notFound(
  result: Exclude<ObjectResult, { kind: 'found' }>,
  note: (text: string) => void,
  fail: (status: number, text: string) => number,
): number {
  switch (result.kind) {
    case 'not-modified':
      note('s3proxy: not modified\n')
      return exitStatus.ok
    case 'not-found':
      return fail(
        exitStatus.notServed,
        '404: there is no such object; the key is not percent-encoded, a slash before it is part of it, and it lies below the prefix of s3.endpoint',
      )
    case 'denied':
      return fail(
        exitStatus.notServed,
        '403: no such object, or no permission; grant s3:ListBucket to tell the two apart',
      )
    case 'precondition-failed':
      return fail(exitStatus.notServed, '412: the object is another version')
    case 'range-not-satisfiable':
      return fail(
        exitStatus.notServed,
        `416: the range lies outside the object (${result.contentRange ?? 'size unknown'})`,
      )
    default:
      return result satisfies never
  }
}

function formatHead(status: number, headers: HeaderList): string {
  let text = `${status}\n`
  for (let index = 0; index < headers.length; index += 2) text += `${headers[index]}: ${headers[index + 1]}\n`
  return text
}

async function writeToStdout(body: ObjectBody, onSent: (sizeBytes: number) => void): Promise<void> {
  // A reader such as `head` that has enough closes the pipe; that is no failure.
  process.stdout.on('error', () => {})
  try {
    await relayBody(body, process.stdout, onSent)
  } catch (error) {
    if (!(error instanceof DestinationClosed)) throw error
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code !== 'EPIPE' && error.cause !== undefined)
      throw error.cause
  }
}

/** Writes beside the file and renames at the end, so that a broken download never looks whole. */
async function writeToFile(
  body: ObjectBody,
  path: string,
  onSent: (sizeBytes: number) => void,
): Promise<void> {
  const partPath = `${path}.part`
  const file = createWriteStream(partPath)
  let failure: Error | undefined
  file.on('error', (error) => {
    failure = error
  })
  try {
    await relayBody(body, file, onSent)
    await close(file)
    await rename(partPath, path)
  } catch (error) {
    file.destroy()
    await rm(partPath, { force: true })
    throw failure === undefined
      ? error
      : new Error(`cannot write ${path}: ${failure.message}`, { cause: error })
  }
}

function close(file: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    file.once('error', reject)
    file.end(() => resolve())
  })
}
