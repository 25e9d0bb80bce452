import cluster from 'node:cluster'
import { constants, fstatSync, openSync, write } from 'node:fs'
import { createLog, type LogOptions } from '../../log/create-log.ts'
import type { ProgramLog } from '../../log/log.ts'
import { createLogOutput, type LogOutput } from './log-output.ts'

/** A log, and the output that its lines go through, which must be closed before the process ends. */
export interface OpenLog {
  log: ProgramLog
  output: LogOutput
}

/** Room for some ten thousand lines. */
const maxPendingBytes = 4 << 20
/** PIPE_BUF of Linux: writes of several processes to one pipe are not mixed up as long as none is larger. */
const maxSharedWriteBytes = 4096

/** @param isShared whether other processes write their lines to the same stdout */
export async function openLog(
  options: Pick<LogOptions, 'level' | 'fields'>,
  isShared: boolean = cluster.isWorker,
): Promise<OpenLog> {
  const fd = openStdoutForLines()
  // All processes share the mode of a socket, and another process of Node sets it back when it starts or ends.
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
        `the log could not be written for a while: ${lines} lines before this one are lost`,
      ),
  })
  const log = await createLog({ ...options, isPretty: process.stdout.isTTY === true, destination: output })
  return { log, output }
}

/** The part of Node's stream of stdout that sets the mode of a socket. */
interface MaybeSocket {
  _handle?: { setBlocking?(isBlocking: boolean): unknown } | null
}

/**
 * Opens a pipe or a terminal once more, as a file whose writes never wait. A write that waits keeps the process from
 * ending. The mode of stdout itself is shared with other processes, such as children, and any of them may change it.
 */
function openStdoutForLines(): number {
  // Node's stream of a socket turns waiting off, and so does its stream of a pipe.
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
