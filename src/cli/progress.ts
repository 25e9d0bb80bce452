/** Shows how far a download is, on one line that is written over. */
export interface Progress {
  add(sizeBytes: number): void
  end(): void
}

const redrawMs = 200

/** @param write where the line goes */
export function createProgress(
  totalBytes: number,
  write: (text: string) => void,
  now: () => number = Date.now,
): Progress {
  const startedAt = now()
  let doneBytes = 0
  let drawnAt = startedAt
  const draw = () => {
    drawnAt = now()
    write(`\r\x1b[K${formatProgress(doneBytes, totalBytes, (drawnAt - startedAt) / 1000)}`)
  }
  return {
    add(sizeBytes) {
      doneBytes += sizeBytes
      if (now() - drawnAt >= redrawMs) draw()
    },
    end() {
      draw()
      write('\n')
    },
  }
}

/** `12.0 MiB of 100.0 MiB, 6.0 MiB/s, 15 s left` */
export function formatProgress(doneBytes: number, totalBytes: number, seconds: number): string {
  const rate = seconds > 0 ? doneBytes / seconds : 0
  const left = rate > 0 ? `, ${Math.ceil((totalBytes - doneBytes) / rate)} s left` : ''
  return `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}, ${formatBytes(rate)}/s${left}`
}

function formatBytes(sizeBytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = sizeBytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return unit === 0 ? `${Math.round(value)} B` : `${value.toFixed(1)} ${units[unit]}`
}
