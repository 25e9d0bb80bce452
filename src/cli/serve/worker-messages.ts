import type { OptionSources } from '../../config/name-sources.ts'
import type { Config } from '../../config/schema.ts'
import type { ListenTarget } from '../../server/listen.ts'
import type { ReadinessReport } from '../../server/readiness.ts'
import type { MetricSnapshot } from '../../telemetry/prom-client.ts'

/**
 * What the parent tells a worker. It alone reads configurations, so that all workers have the same, also one that is
 * started later, when there may be another one on the disk.
 */
export type ToWorker =
  | { kind: 'start'; config: Config; sources: OptionSources; target: ListenTarget }
  /** Make another configuration ready; answered by `Prepared`. */
  | { kind: 'prepare'; round: number; config: Config; sources: OptionSources }
  /** Every worker is ready: take it. */
  | { kind: 'commit' }
  /** Some worker is not: forget it. */
  | { kind: 'discard' }
  /** Say how it goes; answered by `report`, at any time. */
  | { kind: 'ask'; id: number; what: keyof WorkerReports }

/** What a worker can be asked. */
export interface WorkerReports {
  readiness: ReadinessReport
  metrics: MetricSnapshot[]
}

export type FromWorker =
  /** It can be told something: what is sent before is lost. */
  | { kind: 'hello' }
  /** @param round which `prepare` this answers: it may be late; `problem`: why it cannot be used */
  | { kind: 'prepared'; round: number; problem?: string }
  /** @param id which `ask` this answers */
  | { kind: 'report'; id: number; report: unknown }
