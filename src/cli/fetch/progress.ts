/** Shows how far a download is, on one line that is written over. */
export interface Progress {
  add(sizeBytes: number): void
  /** Draws the line although nothing came, so that a stall is seen. */
  draw(): void
  /** Leaves the cursor on a line of its own. @param isComplete whether a summary is worth writing */
  end(isComplete: boolean): void
}

export interface ProgressOptions {
  /** `undefined` where nobody knows. */
  totalBytes: number | undefined
  /** Which an earlier download had left. */
  haveBytes?: number
  write(text: string): void
  /** Of the terminal; the line must not wrap, or it could not be written over. */
  columns(): number | undefined
  now(): number
}

const redrawMs = 200
/** The rate is that of the last seconds, for the time left to be of use. */
const rateWindowMs = 5000

export function createProgress(options: ProgressOptions): Progress {
  const { totalBytes, haveBytes = 0, write, now } = options
  const startedAt = now()
  let doneBytes = haveBytes
  let drawnAt = startedAt
  let isDrawn = false
  let samples = [{ at: startedAt, bytes: doneBytes }]

  function put(line: string): void {
    // Some terminals say 0 for 'unknown'.
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

/** `12 %, 12.0 MiB of 100.0 MiB, 6.0 MiB/s, 0:15 left`, or `12.0 MiB, 6.0 MiB/s` */
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

/** `0:05`, `12:34`, `1:00:00` */
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
