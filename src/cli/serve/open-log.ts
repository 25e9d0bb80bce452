import cluster from 'node:cluster'
import { constants, fstatSync, openSync, write } from 'node:fs'
import { createLog, type LogOptions, type ProgramLog } from '../../log/log.ts'
import { createLogOutput, type LogOutput } from './log-output.ts'

/** A log, and what its lines go through, which is to be closed before the process ends. */
export interface OpenLog {
  log: ProgramLog
  output: LogOutput
}

/** Some ten thousand lines. */
const maxPendingBytes = 4 << 20
/** What several processes write to one pipe is not mixed up as long as it is not more at once (PIPE_BUF of Linux). */
const maxSharedWriteBytes = 4096

/** @param isShared whether other processes write their lines to the same stdout */
export async function openLog(
  options: Pick<LogOptions, 'level' | 'fields'>,
  isShared: boolean = cluster.isWorker,
): Promise<OpenLog> {
  const fd = openStdoutForLines()
  // The mode of a socket belongs to all who have it, and a process of Node that starts or ends sets it back.
  const { _handle: socket } = fd === 1 && isShared ? (process.stdout as MaybeSocket) : {}
  const output = createLogOutput({
    writeSome(bytes, done) {
      socket?.setBlocking?.(false)
      write(fd, bytes, 0, bytes.length, null, done)
    },
    maxPendingBytes,
    maxWriteBytes: isShared ? maxSharedWriteBytes : maxPendingBytes,
    onRecovered: (lines) =>
      log.always.warn(
        { code: 'LOG_DROPPED', lines },
        `nobody took the log for a while: ${lines} lines before this one are lost`,
      ),
  })
  const log = await createLog({ ...options, isPretty: process.stdout.isTTY === true, destination: output })
  return { log, output }
}

/** Node's stream of stdout, as far as it is known to have what sets the mode. */
interface MaybeSocket {
  _handle?: { setBlocking?(isBlocking: boolean): unknown } | null
}

/**
 * A pipe or a terminal as an open file of our own that never makes a write wait: a write that waits keeps the process from
 * ending, and whoever else has stdout, a child process for one, may turn the other mode on for all.
 */
function openStdoutForLines(): number {
  // Node makes pipes and sockets such that no write waits, once it has a stream for them.
  const isTerminal = process.stdout.isTTY === true
  if (!isTerminal && !fstatSync(1).isFIFO()) return 1
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants
    return openSync('/proc/self/fd/1', O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch {
    // Other systems have no such path, and a file of another user may not be opened again.
    return 1
  }
}
