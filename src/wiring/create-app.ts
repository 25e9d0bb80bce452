import type { Config } from '../config/schema/config-schema.ts'
import { codeOf, safeMessageOf } from '../errors.ts'
import type { Log, ProgramLog } from '../log/log.ts'
import { logOfMount } from '../log/log-of-mount.ts'
import { type AdminServer, createAdminServer } from '../server/admin-server.ts'
import type { OperatorSessions } from '../server/admin-sessions.ts'
import { type Certificate, createHttpServer, type HttpServer } from '../server/http-server.ts'
import type { Readiness, ReadinessReport } from '../server/readiness.ts'
import type { Readings } from '../telemetry/metrics.ts'
import type { MetricSnapshot } from '../telemetry/prom-client.ts'
import type { UsedStore } from '../telemetry/request-record.ts'
import { createRequestTally } from '../telemetry/request-tally.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import { createAppLimits } from './create-limits.ts'
import { createAppMetrics } from './create-metrics.ts'
import { createService, type Service } from './create-service.ts'
import { createStore, type StoreConnection, storeSettings } from './create-store.ts'
import { userAgentOf } from './user-agent.ts'

/** The whole server, ready to listen. */
export interface App {
  server: HttpServer
  admin: AdminServer
  readiness: Pick<Readiness, 'check'>
  /** The sessions of people, for operators. */
  sessions: OperatorSessions
  /** Reports for the primary process, which puts together those of all workers. */
  reports: { readiness(): Promise<ReadinessReport>; metrics?(): Promise<MetricSnapshot[]> }
  /**
   * Prepares another configuration, and changes nothing yet.
   *
   * @throws Error with the reason why the configuration cannot be used
   */
  prepare(config: Config): Promise<Change>
  /** Connects to the store of sessions; without this call the first request does. Rejects on a fault of s3proxy. */
  connect(): Promise<void>
  /** Warns when S3 or the SSO cannot be reached; the store of sessions has a warning of its own. Never rejects. */
  warnOfUnreachable(): Promise<void>
  /** Prepares the end: requests under way are not held back any more, and readiness says that this process ends. */
  startDraining(): void
  close(): Promise<void>
}

/** A prepared configuration. The caller has to call `commit` or `discard`. */
export interface Change {
  /** Puts the configuration into force. Requests under way keep the one that they began with. */
  commit(): void
  /** Closes everything that was prepared. */
  discard(): void
}

export interface AppOptions {
  /** Version of s3proxy, for the metrics and for its `user-agent`. */
  version?: Readings['version']
  /** Makes spans of each request; its owner closes it. */
  tracing?: Pick<Tracing, 'trace'> | undefined
  /** Counts the lines of the log that were dropped. */
  droppedLines?: () => number
  /** Counts the errors that no code caught. */
  faults?: () => number
  /** Makes the report of readiness name the places that its options were set at. */
  nameOptions?: (message: string) => string
}

/** @see docs/decisions/010-reload.md */
export async function createApp(
  config: Config,
  log: Log | ProgramLog,
  {
    version = { version: 'unknown', commit: 'unknown' },
    tracing,
    droppedLines = none,
    faults = none,
    nameOptions = (message) => message,
  }: AppOptions = {},
): Promise<App> {
  const requests = config.server.adminPort === undefined ? undefined : createRequestTally()
  let store = await openStore(config, log)
  const limits = createAppLimits(config, store.store, log)
  const observers = { requests, trace: tracing?.trace, userAgent: userAgentOf(version.version), limits }
  let service = createService(config, store, log, observers)
  let isDraining = false

  const readiness: Pick<Readiness, 'check'> = {
    async check() {
      const { checks, ...report } = await service.readiness.check()
      return { ...report, checks: mapValues(checks, nameOptions) }
    },
  }
  const server = createHttpServer({
    ...config.server,
    certificate: certificateOf(config),
    handler(request, record) {
      store.users++
      record.store = store
      return service.handler(request, record)
    },
    log,
    onEnd: (record) => service.onEnd(record),
    notesPhases: tracing !== undefined,
  })

  requests?.takeMounts(Object.keys(config.mounts))

  function putIntoForce(newService: Service, newStore: OpenStore): void {
    requests?.takeMounts(Object.keys(newService.config.mounts))
    const [oldService, oldStore] = [service, store]
    service = newService
    store = newStore
    limits.configure(newService.config, newStore.store)
    if (isDraining) service.readiness.startDraining()
    server.configure(newService.config.server, certificateOf(newService.config))
    oldService.s3.retire()
    if (oldStore === newStore) return
    oldStore.isRetired = true
    oldStore.users++
    oldStore.release()
  }

  const metrics =
    requests &&
    (await createAppMetrics({
      ...{ version, requests, droppedLines, faults, activity: () => server.activity },
      s3: () => service.s3.usage,
      limits: () => limits.usage,
      sessionStore: () => store.usage(),
    }))
  const sessions: OperatorSessions = {
    count: (person) => service.sessions.count(person),
    end: (person) => service.sessions.end(person),
  }
  return {
    server,
    admin: createAdminServer({ readiness: readiness.check, metrics: metrics?.text, sessions, log }),
    readiness,
    sessions,
    reports: { readiness: readiness.check, ...(metrics && { metrics: metrics.snapshot }) },
    async prepare(next) {
      const newStore = storeSettings(next) === store.settings ? store : await openStore(next, log, true)
      const newService = createService(next, newStore, log, observers)
      return {
        commit: () => putIntoForce(newService, newStore),
        discard() {
          newService.s3.close()
          if (newStore !== store) void newStore.store.close()
        },
      }
    },
    connect: () => store.connect(),
    async warnOfUnreachable() {
      const asked = service.shared.map(({ name, mount, ask }) =>
        ask().catch((error: unknown) => {
          logOfMount(log, mount).warn(
            { code: codeOf(error, 'INTERNAL'), dependency: name },
            `not usable yet, it may come later: ${safeMessageOf(error)}`,
          )
        }),
      )
      await Promise.all(asked)
    },
    startDraining() {
      isDraining = true
      service.readiness.startDraining()
      limits.liftPace()
    },
    async close() {
      service.s3.close()
      await limits.close()
      await store.store.close()
    },
  }
}

const none = () => 0

function mapValues(texts: Record<string, string>, change: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, change(text)]))
}

function certificateOf({ server: { tlsCertFile, tlsKeyFile } }: Config): Certificate | undefined {
  if (tlsCertFile === undefined || tlsKeyFile === undefined) return undefined
  return { cert: tlsCertFile.content, key: tlsKeyFile.content }
}

/** A store, and the number of requests that may need it. Bodies under way need it to look up their session. */
interface OpenStore extends StoreConnection, UsedStore {
  settings: string
  users: number
  isRetired: boolean
}

/** Opens the store of a configuration. @throws Error when `mustConnect` is set and it cannot be reached */
async function openStore(config: Config, log: Log, mustConnect = false): Promise<OpenStore> {
  const connection = await createStore(config, log, mustConnect)
  const opened: OpenStore = {
    ...connection,
    settings: storeSettings(config),
    users: 0,
    isRetired: false,
    release() {
      opened.users--
      // A retired store is closed after its last request.
      if (opened.isRetired && opened.users === 0) void opened.store.close()
    },
  }
  return opened
}
