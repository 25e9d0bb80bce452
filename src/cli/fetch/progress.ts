/** Shows the progress of a download on one line that is overwritten. */
export interface Progress {
  add(sizeBytes: number): void
  /** Draws the line although no byte came, so that a stall is visible. */
  draw(): void
  /** Ends the line. @param isComplete whether to write a summary */
  end(isComplete: boolean): void
}

export interface ProgressOptions {
  /** Size of the whole; `undefined` where the server does not tell it. */
  totalBytes: number | undefined
  /** Number of bytes from an earlier download. */
  haveBytes?: number
  write(text: string): void
  /** Returns the width of the terminal. A line that wraps could not be overwritten. */
  columns(): number | undefined
  now(): number
}

const redrawMs = 200
/** Period of the rate. The rate of the last seconds gives the best estimate of the time that is left. */
const rateWindowMs = 5000

export function createProgress(options: ProgressOptions): Progress {
  const { totalBytes, haveBytes = 0, write, now } = options
  const startedAt = now()
  let doneBytes = haveBytes
  let drawnAt = startedAt
  let isDrawn = false
  let samples = [{ at: startedAt, bytes: doneBytes }]

  function put(line: string): void {
    // Some terminals report 0 for an unknown width.
    const columns = options.columns() || 80
    write(`\r\x1b[K${line.slice(0, Math.max(0, columns - 1))}`)
    isDrawn = true
  }

  function draw(): void {
    const at = now()
    drawnAt = at
    samples.push({ at, bytes: doneBytes })
    samples = samples.filter((sample) => at - sample.at <= rateWindowMs)
    const oldest = samples[0] as { at: number; bytes: number }
    const seconds = (at - oldest.at) / 1000
    put(formatProgress(doneBytes, totalBytes, seconds > 0 ? (doneBytes - oldest.bytes) / seconds : 0))
  }

  return {
    add(sizeBytes) {
      doneBytes += sizeBytes
      if (now() - drawnAt >= redrawMs) draw()
    },
    draw,
    end(isComplete) {
      if (isComplete) put(formatSummary(doneBytes - haveBytes, (now() - startedAt) / 1000))
      if (isDrawn) write('\n')
    },
  }
}

/** Formats progress as `12 %, 12.0 MiB of 100.0 MiB, 6.0 MiB/s, 0:15 left`, or `12.0 MiB, 6.0 MiB/s`. */
export function formatProgress(
  doneBytes: number,
  totalBytes: number | undefined,
  bytesPerSecond: number,
): string {
  if (totalBytes === undefined) return `${formatBytes(doneBytes)}, ${formatBytes(bytesPerSecond)}/s`
  const percent = totalBytes === 0 ? 100 : Math.floor((100 * doneBytes) / totalBytes)
  const left = bytesPerSecond > 0 ? formatDuration((totalBytes - doneBytes) / bytesPerSecond) : '-:--'
  return `${percent} %, ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}, ${formatBytes(bytesPerSecond)}/s, ${left} left`
}

function formatSummary(sizeBytes: number, seconds: number): string {
  const rate = seconds > 0 ? `, ${formatBytes(sizeBytes / seconds)}/s` : ''
  return `${formatBytes(sizeBytes)} in ${formatDuration(seconds)}${rate}`
}

/** Formats a duration as `0:05`, `12:34` or `1:00:00`. */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

export function formatBytes(sizeBytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = sizeBytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return unit === 0 ? `${Math.round(value)} B` : `${value.toFixed(1)} ${units[unit]}`
}
