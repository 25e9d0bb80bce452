import { Durations } from './durations.ts'
import { bodyOutcomes, type RequestRecord } from './request-record.ts'

/** Requests that are the same in all that metrics tell of them. */
export interface KindTally {
  route: string
  method: string
  status: number
  count: number
}

/** The parts of a record that metrics count, with words that clients cannot make up. */
export interface CountedRequest {
  record: RequestRecord
  route: string
  method: string
  /** The code of the error; `undefined` where there was none. */
  code: string | undefined
}

/** The counts of the requests for one mount, or of those that concern none. */
export class MountTally {
  readonly kinds = new Map<string, KindTally>()
  readonly errors = new Map<string, number>()
  readonly sentBytes = new Map<string, number>()
  /** Bodies of objects, by how they ended. All counts begin with 0, so that charts have no gaps. */
  readonly outcomes = zeros(bodyOutcomes)
  /** Number of requests to S3 that repeated a failed one, for a head or the rest of a body. The code that repeats counts them. */
  readonly retries = { head: 0, body: 0 }
  /** The times until the heads of S3's answers. */
  readonly s3Waits = new Durations()
  healed = 0
  askedTwiceBytes = 0
  parts = 0

  count({ record, route, method, code }: CountedRequest): void {
    const { status, bytes } = record
    this.#countKind(route, method, status)
    if (bytes > 0) add(this.sentBytes, route, bytes)
    if (record.s3Ms !== undefined) this.s3Waits.add(record.s3Ms)
    const isDelivery = (status === 200 || status === 206) && method === 'GET'
    if (isDelivery && (route === 'object' || route === 'healthcheck')) add(this.outcomes, record.outcome, 1)
    if (code !== undefined) add(this.errors, code, 1)
    this.healed += record.healed
    this.askedTwiceBytes += record.askedTwiceBytes
    this.parts += record.parts
  }

  #countKind(route: string, method: string, status: number): void {
    const key = `${route} ${method} ${status}`
    const kind = this.kinds.get(key)
    if (kind === undefined) this.kinds.set(key, { route, method, status, count: 1 })
    else kind.count++
  }
}

/** Counts that begin with 0. */
export function zeros(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name) => [name, 0]))
}

export function add(counts: Map<string, number>, name: string, value: number): void {
  counts.set(name, (counts.get(name) ?? 0) + value)
}
