/** One line of the proxy's log. */
export type LogLine = Record<string, unknown> & { level: string; msg: string }

/** The log of a proxy under test. */
export interface LogLines {
  /** Every line, oldest first. */
  readonly log: LogLine[]
  /** The access lines among them. */
  readonly access: LogLine[]
  /** Resolves with the first line, past or future, that fits. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>
  /** Resolves with all access lines as soon as there are `count`. */
  accessReach(count: number): Promise<LogLine[]>
}

/** @returns no lines yet, and the function that adds one */
export function createLogLines(): { lines: LogLines; add(line: LogLine): void } {
  const log: LogLine[] = []
  const looks = new Set<(line: LogLine) => void>()
  const accessLines = () => log.filter(({ msg }) => msg === 'request')
  /** Resolves with what `find` returns for the first new line for which it returns something. */
  const next = <T>(find: (line: LogLine) => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = (line: LogLine) => {
        const found = find(line)
        if (found === undefined) return
        looks.delete(look)
        resolve(found)
      }
      looks.add(look)
    })
  const accessOf = (count: number) => {
    const access = accessLines()
    return access.length >= count ? access : undefined
  }
  return {
    lines: {
      log,
      get access() {
        return accessLines()
      },
      logged: async (fits) => log.find(fits) ?? next((line) => (fits(line) ? line : undefined)),
      accessReach: async (count) => accessOf(count) ?? next(() => accessOf(count)),
    },
    add(line) {
      log.push(line)
      for (const look of looks) look(line)
    },
  }
}
