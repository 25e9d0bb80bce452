import type { RecordedRequest } from './stand-in-types.ts'
import { createWatch } from './watch.ts'

export interface Recorder {
  readonly records: RecordedRequest[]
  readonly count: number
  add(record: RecordedRequest): void
  settle(record: RecordedRequest, outcome: RecordedRequest['outcome']): void
  reach(count: number): Promise<void>
  settled(): Promise<void>
}

/** Keeps the newest `maxRecords` requests and tells when they came and ended. */
export function createRecorder(maxRecords: number): Recorder {
  const records: RecordedRequest[] = []
  const watch = createWatch()
  let count = 0
  let openCount = 0
  return {
    records,
    get count() {
      return count
    },
    add(record) {
      count++
      openCount++
      if (maxRecords > 0) records.push(record)
      if (records.length > maxRecords) records.shift()
      watch.changed()
    },
    settle(record, outcome) {
      record.outcome = outcome
      openCount--
      watch.changed()
    },
    reach: (wanted) => watch.until(() => count >= wanted),
    settled: () => watch.until(() => openCount === 0),
  }
}
