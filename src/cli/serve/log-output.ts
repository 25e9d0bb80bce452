import { withinDeadline } from '../../waiting/within-deadline.ts'

/** Writes bytes from the first on, as many as there is room for; tells how many, or why none. */
export type WriteSome = (bytes: Buffer, done: (error: Error | null, writtenBytes: number) => void) => void

export interface LogOutputOptions {
  writeSome: WriteSome
  /** Bytes that may wait for the reader; a line beyond that is dropped. */
  maxPendingBytes: number
  /** Bytes that are written at once: whole lines, where a line is no longer than that. */
  maxWriteBytes: number
  /** Called when writing works again after lines were dropped. There is room for a line that tells how many. */
  onRecovered(droppedLines: number): void
}

/** Takes lines for a reader that may stall or be gone, or for a disk that may be full. */
export interface LogOutput {
  /** Never waits, and never throws. Lines of one turn of the event loop are written together, at its end. */
  write(line: string): void
  /** The number of lines that were dropped since the start. */
  readonly droppedLines: number
  /** Resolves once all lines are written, or after `timeoutMs`; those that are left or come later are lost. */
  close(timeoutMs: number): Promise<void>
}

/** Wait before a full pipe is tried again; each further wait is twice as long. */
const firstWaitMs = 5
const maxWaitMs = 200

/** @see docs/decisions/011-log.md */
export function createLogOutput(options: LogOutputOptions): LogOutput {
  const { writeSome, maxPendingBytes, maxWriteBytes, onRecovered } = options
  let gathered = ''
  let writing: Buffer | undefined
  let isScheduled = false
  let waitMs = firstWaitMs
  let droppedLines = 0
  let unreportedLines = 0
  let isReporting = false
  let closing: Promise<void> | undefined
  let isClosed = false
  let onIdle = () => {}

  function writeGathered(): void {
    isScheduled = false
    if (writing !== undefined) return
    const bytes = Buffer.from(gathered)
    gathered = ''
    if (bytes.length === 0) onIdle()
    else writeNext(bytes)
  }

  function writeNext(bytes: Buffer): void {
    writing = bytes
    writeSome(bytes.subarray(0, endOfLines(bytes, maxWriteBytes)), (error, writtenBytes) => {
      if (isClosed) return
      // A pipe or a disk that is full may have room later, and a reader that is gone may come back.
      if (error !== null || writtenBytes === 0) return writeLater(bytes)
      waitMs = firstWaitMs
      if (writtenBytes < bytes.length) return writeNext(bytes.subarray(writtenBytes))
      writing = undefined
      reportDropped()
      writeGathered()
    })
  }

  function writeLater(bytes: Buffer): void {
    setTimeout(() => {
      if (!isClosed) writeNext(bytes)
    }, waitMs).unref()
    waitMs = Math.min(maxWaitMs, waitMs * 2)
  }

  function reportDropped(): void {
    if (unreportedLines === 0) return
    const lines = unreportedLines
    unreportedLines = 0
    isReporting = true
    onRecovered(lines)
    isReporting = false
  }

  function closeWithin(timeoutMs: number): Promise<void> {
    const idle = new Promise<void>((resolve) => {
      onIdle = () => {
        isClosed = true
        resolve()
      }
      if (writing === undefined && !isScheduled) onIdle()
    })
    return withinDeadline(idle, timeoutMs, () => onIdle())
  }

  return {
    write(line) {
      if (isClosed) return
      const pendingBytes = gathered.length + (writing?.length ?? 0)
      if (pendingBytes + line.length > maxPendingBytes && !isReporting) {
        droppedLines++
        unreportedLines++
        return
      }
      gathered += line
      if (isScheduled || writing !== undefined) return
      isScheduled = true
      setImmediate(writeGathered)
    },
    get droppedLines() {
      return droppedLines
    },
    close(timeoutMs) {
      closing ??= closeWithin(timeoutMs)
      return closing
    },
  }
}

/**
 * Time that the reader has for the last lines of a process that must end within `leftMs`. The rest is left for the end
 * itself.
 */
export function leftForLastLines(leftMs: number): number {
  return Math.max(100, Math.min(1000, leftMs / 2))
}

/** Finds the end of the last line that ends within the limit; the limit where none does. */
function endOfLines(bytes: Buffer, limitBytes: number): number {
  if (bytes.length <= limitBytes) return bytes.length
  const end = bytes.lastIndexOf('\n', limitBytes - 1)
  return end === -1 ? limitBytes : end + 1
}
