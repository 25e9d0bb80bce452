import type { OptionSources } from '../../config/name-sources.ts'
import type { Config } from '../../config/schema/config-schema.ts'
import type { ErrorCode } from '../../errors.ts'
import type { ListenTarget } from '../../server/listen.ts'
import type { ReadinessReport } from '../../server/readiness.ts'
import type { MetricSnapshot } from '../../telemetry/prom-client.ts'

/**
 * A message of the parent to a worker. Only the parent reads the configuration, so that all workers have the same one,
 * even a worker that is started after the file has changed.
 */
export type ToWorker =
  | { kind: 'start'; config: Config; sources: OptionSources; target: ListenTarget }
  /** Asks to make another configuration ready; answered by `prepared`. */
  | { kind: 'prepare'; round: number; config: Config; sources: OptionSources }
  /** Asks to take the configuration that is ready: every worker has it. */
  | { kind: 'commit' }
  /** Asks to forget the configuration that is ready: some worker cannot use it. */
  | { kind: 'discard' }
  /** Asks for a report; answered by `report` at any time. `person` is the id of the person that it is about. */
  | { kind: 'ask'; id: number; what: keyof WorkerReports; person?: string }

/** The reports that a worker can be asked for. Two of them are about the sessions of a person. */
export interface WorkerReports {
  readiness: ReadinessReport
  metrics: MetricSnapshot[]
  countSessions: SessionsReport
  endSessions: SessionsReport
}

/** A number of sessions, or the error for the operator. */
export type SessionsReport =
  | { kind: 'done'; count: number }
  | { kind: 'failed'; code: ErrorCode; message: string }

/** A message of a worker to its parent. */
export type FromWorker =
  /** Says that the worker takes messages; earlier ones would be lost. */
  | { kind: 'hello' }
  /** Answers the `prepare` of that round, perhaps late; `problem` says why the worker cannot use the configuration. */
  | { kind: 'prepared'; round: number; problem?: string }
  /** Answers the `ask` with that id. */
  | { kind: 'report'; id: number; report: unknown }
