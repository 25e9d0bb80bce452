import { loadConfig } from '../../config/load.ts'
import { nameSources } from '../../config/name-sources.ts'
import { messageOf, S3ProxyError } from '../../errors.ts'
import { DestinationClosed } from '../../http/relay.ts'
import type { Log } from '../../log/log.ts'
import { checkKey, type ObjectKey } from '../../object/key.ts'
import { createObjects } from '../../wiring/create-objects.ts'
import { userAgentOf } from '../../wiring/user-agent.ts'
import { exitStatus } from '../command/exit-status.ts'
import type { FetchFlags } from '../command/flags.ts'
import { formatProblems } from '../command/format-problems.ts'
import { UsageError } from '../command/usage-error.ts'
import { readVersion } from '../command/version.ts'
import { Incomplete } from './download.ts'
import { runDownload } from './download-plan.ts'
import { listenForInterruption } from './interruption.ts'
import { inspectOutput, type Output } from './output.ts'

/** Streams one object to stdout or a file. */
export async function fetchObject(keyText: string, flags: FetchFlags): Promise<number> {
  const write = (text: string) => {
    process.stderr.write(`s3proxy: ${text}\n`)
  }
  let key: ObjectKey
  let output: Output
  try {
    checkTogether(flags)
    key = toKey(keyText)
    output = await inspectOutput(flags.output)
    if (flags.continue === true && output.kind !== 'file')
      throw new UsageError('--continue needs --output with the name of a file')
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    write(error.message)
    return exitStatus.usage
  }
  const { config, problems, warnings, sources } = loadConfig({
    configPath: flags.config,
    flags: flags.set,
    wanted: ['s3', 'log'],
  })
  if (config === undefined) {
    process.stderr.write(formatProblems({ problems, warnings }))
    return exitStatus.usage
  }
  const report = (text: string) => write(nameSources(text, sources))
  const note = flags.quiet === true ? () => {} : report
  for (const warning of warnings) note(`warning: ${warning}`)

  const retries = retriesAsNotes(flags.verbose === true ? report : () => {})
  const { source, connections } = createObjects(config, retries, userAgentOf(readVersion().version))
  const interruption = listenForInterruption()
  const { signal } = interruption
  try {
    return await runDownload({ key, flags, output, s3: config.s3, source, signal, report, note })
  } catch (error) {
    report(signal.aborted ? stopped(error) : describe(error))
    return exitStatus.failure
  } finally {
    connections.close()
    interruption.end()
  }
}

/** Refuses flags that contradict each other, which commander does not check. */
function checkTogether(flags: FetchFlags): void {
  const excluded = [
    [flags.head, flags.output !== undefined && flags.output !== '-', '--head', '--output'],
    [flags.head, flags.verify, '--head', '--verify'],
    [flags.range !== undefined, flags.verify, '--range', '--verify, which needs the whole object'],
    [flags.ifNoneMatch !== undefined, flags.continue, '--if-none-match', '--continue'],
  ] as const
  for (const [one, other, name, otherName] of excluded)
    if (one === true && other === true) throw new UsageError(`${name} cannot go with ${otherName}`)
}

function toKey(text: string): ObjectKey {
  const key = text === '' ? undefined : checkKey(text)
  if (key === undefined)
    throw new UsageError(
      'KEY: expected the key of an object, which is not empty and has no NUL and no segment . or ..',
    )
  return key
}

function retriesAsNotes(report: (text: string) => void): Log {
  const note = (_fields: object, message: string) => report(message)
  return { debug: note, info: note, warn: note, error: note }
}

function stopped(error: unknown): string {
  return `stopped before the object was complete${error instanceof Incomplete ? error.hint : ''}`
}

/** Describes a failure in one line that says what to do. */
function describe(error: unknown): string {
  if (error instanceof Incomplete) return describe(error.cause) + error.hint
  if (error instanceof DestinationClosed) return `cannot write: ${messageOf(error.cause ?? error)}`
  if (error instanceof S3ProxyError) return `${error.message} [${error.code}]`
  return messageOf(error)
}
