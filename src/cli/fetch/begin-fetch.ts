import { messageOf, S3ProxyError } from '../../errors.ts'
import { DestinationClosed } from '../../http/relay.ts'
import { exitStatus } from '../command/exit-status.ts'
import type { FetchFlags } from '../command/flags.ts'
import { UsageError } from '../command/usage-error.ts'
import { Incomplete } from './download.ts'
import { listenForInterruption } from './interruption.ts'
import { inspectOutput, type Output } from './output.ts'

/** Writes one line to stderr. */
export function writeLine(text: string): void {
  process.stderr.write(`s3proxy: ${text}\n`)
}

/**
 * Checks the flags together, which commander does not do, and the output.
 *
 * @throws UsageError
 */
export async function checkedOutput(flags: FetchFlags): Promise<Output> {
  const excluded = [
    [flags.head, flags.output !== undefined && flags.output !== '-', '--head', '--output'],
    [flags.head, flags.verify, '--head', '--verify'],
    [flags.range !== undefined, flags.verify, '--range', '--verify, which needs the whole object'],
    [flags.ifNoneMatch !== undefined, flags.continue, '--if-none-match', '--continue'],
  ] as const
  for (const [one, other, name, otherName] of excluded)
    if (one === true && other === true) throw new UsageError(`${name} cannot go with ${otherName}`)
  const output = await inspectOutput(flags.output)
  if (flags.continue === true && output.kind !== 'file')
    throw new UsageError('--continue needs --output with the name of a file')
  return output
}

/**
 * Runs until it ends or a signal comes, and reports a failure in one line. A signal ends the process in the way of that
 * signal.
 *
 * @param report gets the line
 * @returns the exit status
 */
export async function untilInterrupted(
  run: (signal: AbortSignal) => Promise<number>,
  report: (text: string) => void,
): Promise<number> {
  const interruption = listenForInterruption()
  const { signal } = interruption
  try {
    return await run(signal)
  } catch (error) {
    if (error instanceof UsageError) {
      report(error.message)
      return exitStatus.usage
    }
    report(signal.aborted ? stopped(error) : describe(error))
    return exitStatus.failure
  } finally {
    interruption.end()
  }
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
