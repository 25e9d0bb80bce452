import type { Durations } from './durations.ts'
import type { MountTally } from './mount-tally.ts'
import { createMetricRegistry, type MetricSnapshot, type MetricValue } from './prom-client.ts'
import type { RequestTally } from './request-tally.ts'

/** Values of the rest of the program, which are read for each scrape. */
export interface Readings {
  version: { version: string; commit: string }
  requests: RequestTally
  /** Number of lines of the log that were dropped. */
  droppedLines(): number
  /** Number of errors that no code caught. */
  faults(): number
  /** Requests being answered, and bodies of objects being sent. */
  activity(): { requests: number; streams: number }
  /** Connections to each S3, and requests that wait for one. */
  s3(): readonly OriginUsage[]
  /** Requests that wait for a place among the downloads of their person, and those that got none. */
  limits(): { waiting: number; refusals: Readonly<Record<'late' | 'crowd', number>> }
  /** State of the session store: whether it works, and the number of commands that it has not yet answered. */
  sessionStore(): { isUp: boolean; pending: number }
}

/** The use of the connections to one S3. */
export interface OriginUsage {
  /** Scheme, host and port; `undefined` where the configuration has no mounts. */
  origin: string | undefined
  open: number
  idle: number
  waiting: number
}

/** Creates the metrics of this process. All work is done for a scrape, and none before. @see docs/metrics.md */
export function createMetrics(readings: Readings): () => Promise<MetricSnapshot[]> {
  const { requests, version } = readings
  const registry = createMetricRegistry()
  const add = (type: 'counter' | 'gauge', name: string, help: string, read: () => MetricValue[]) =>
    registry.add({ name: `s3proxy_${name}`, help, type, aggregator: 'sum' }, read)
  const histogram = (name: string, help: string, read: () => Iterable<readonly [Labels, Durations]>) =>
    registry.add({ name: `s3proxy_${name}`, help, type: 'histogram', aggregator: 'sum' }, () =>
      [...read()].flatMap(([labels, durations]) => durations.values(`s3proxy_${name}`, labels)),
    )
  /** Reads the counts of every mount. Without mounts no value has the label, so that queries stay as they are. */
  const ofMounts = (read: (tally: MountTally) => MetricValue[]): MetricValue[] =>
    [...requests.mounts].flatMap(([mount, tally]) => labelled(read(tally), 'mount', mount))
  const ofOrigins = (read: (usage: OriginUsage) => MetricValue[]): MetricValue[] =>
    readings.s3().flatMap((usage) => labelled(read(usage), 'origin', usage.origin))

  add('counter', 'requests_total', 'Requests that are over', () =>
    ofMounts(({ kinds }) =>
      [...kinds.values()].map(({ route, method, status, count }) => ({
        labels: { route, method, status },
        value: count,
      })),
    ),
  )
  add('counter', 'errors_total', 'Requests that ended with an error, by its code', () =>
    ofMounts(({ errors }) => byLabel('code', errors)),
  )
  add('counter', 'sent_bytes_total', 'Bytes of bodies handed to the network', () =>
    ofMounts(({ sentBytes }) => byLabel('route', sentBytes)),
  )
  add('counter', 'bodies_total', 'Bodies of objects, by how they ended', () =>
    ofMounts(({ outcomes }) => byLabel('outcome', outcomes)),
  )
  add('counter', 'healed_total', 'How often S3 broke a body off and gave the rest', () =>
    ofMounts(({ healed }) => one(healed)),
  )
  add('counter', 'asked_twice_bytes_total', 'Bytes that S3 had to send twice', () =>
    ofMounts(({ askedTwiceBytes }) => one(askedTwiceBytes)),
  )
  add('counter', 'parts_total', 'Parts fetched ahead over further connections', () =>
    ofMounts(({ parts }) => one(parts)),
  )
  add('counter', 's3_retries_total', 'Requests to S3 after one that failed', () =>
    ofMounts(({ retries }) => byLabel('for', Object.entries(retries))),
  )
  add('counter', 'faults_total', 'Faults that no request answers for', () => one(readings.faults()))
  add('counter', 'log_dropped_lines_total', 'Lines of the log that nobody took', () =>
    one(readings.droppedLines()),
  )
  add('counter', 'logins_total', 'Steps of logins', () => byLabel('step', requests.logins))
  add('counter', 'decisions_total', 'Decisions about access, by what they rest on', () =>
    byLabel('ground', requests.decisions),
  )
  add('counter', 'bearer_requests_total', 'Requests with a bearer token', () =>
    byLabel('outcome', requests.bearers),
  )
  add('counter', 'sso_refreshes_total', 'Refresh tokens used, by outcome', () =>
    byLabel('outcome', Object.entries(requests.refreshes)),
  )
  add('counter', 'limit_refusals_total', 'Downloads beyond the limit of their person', () =>
    byLabel('reason', Object.entries(readings.limits().refusals)),
  )
  histogram('first_byte_seconds', 'Until the head of the answer', () =>
    [...requests.firstByte].map(([route, durations]) => [{ route }, durations]),
  )
  histogram('wait_seconds', 'What of that was waiting, and for what', () => [
    ...Object.entries(requests.waits).map(([name, durations]) => [{ for: name }, durations] as const),
    ...[...requests.mounts].map(([mount, { s3Waits }]) => [s3Labels(mount), s3Waits] as const),
  ])
  add('gauge', 'open_requests', 'Requests being answered', () => one(readings.activity().requests))
  add('gauge', 'open_streams', 'Bodies of objects being sent', () => one(readings.activity().streams))
  add('gauge', 's3_connections', 'Connections to S3', () =>
    ofOrigins(({ open, idle }) => byLabel('state', Object.entries({ busy: open - idle, idle }))),
  )
  add('gauge', 's3_waiting', 'Requests that wait for a connection to S3', () =>
    ofOrigins(({ waiting }) => one(waiting)),
  )
  add('gauge', 'limit_waiting', 'Requests that wait for a download of their person to end', () =>
    one(readings.limits().waiting),
  )
  add('gauge', 'session_store_up', 'Processes whose store of sessions can be used', () =>
    one(Number(readings.sessionStore().isUp)),
  )
  add('gauge', 'session_store_pending', 'Commands that the store of sessions has not answered', () =>
    one(readings.sessionStore().pending),
  )
  add('gauge', 'processes', 'Processes that serve', () => one(1))
  registry.add(
    { name: 's3proxy_build_info', help: '1, with what is running', type: 'gauge', aggregator: 'first' },
    () => [{ labels: { ...version, node: process.versions.node }, value: 1 }],
  )
  return registry.snapshot
}

function one(value: number): MetricValue[] {
  return [{ labels: {}, value }]
}

function byLabel(label: string, counts: Iterable<readonly [string, number]>): MetricValue[] {
  return [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }))
}

function s3Labels(mount: string | undefined): Labels {
  return mount === undefined ? { for: 's3' } : { for: 's3', mount }
}

type Labels = Record<string, string>

/** Adds a label to values, where it is known. */
function labelled(values: MetricValue[], name: string, value: string | undefined): MetricValue[] {
  if (value === undefined) return values
  return values.map((one) => ({ ...one, labels: { ...one.labels, [name]: value } }))
}
