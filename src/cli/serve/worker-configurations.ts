import type { Worker } from 'node:cluster'
import type { OptionSources } from '../../config/name-sources.ts'
import type { Config } from '../../config/schema/config-schema.ts'
import type { ListenTarget } from '../../server/listen.ts'
import { withinDeadline } from '../../waiting/within-deadline.ts'
import type { Change } from '../../wiring/create-app.ts'
import { sendToWorker } from './send-message.ts'
import type { FromWorker } from './worker-messages.ts'

/** Gives every worker the configuration in force: at its start, and whenever all of them change to another one. */
export interface WorkerConfigurations {
  /** The configuration in force. */
  readonly config: Config
  /** Starts a worker that has said hello; it waits while the others are asked to prepare another configuration. */
  greet(worker: Worker): void
  /** A worker has ended. */
  forget(worker: Worker): void
  /**
   * Makes another configuration ready in every worker, and changes nothing yet.
   *
   * @throws Error with why a worker cannot use it; then no worker changes
   */
  prepare(next: Config, loaded: { sources: OptionSources }): Promise<Pick<Change, 'commit'>>
}

export interface WorkerConfigurationsOptions {
  config: Config
  sources: OptionSources
  target: ListenTarget
}

/** Time that a worker has to make another configuration ready: until then it holds all others up. */
const prepareTimeoutMs = 30_000

export function createWorkerConfigurations(options: WorkerConfigurationsOptions): WorkerConfigurations {
  const { target } = options
  const greeted = new Set<Worker>()
  let { config, sources } = options
  /** Workers that said hello while the others prepare; `undefined` while nothing is prepared. */
  let waiting: Worker[] | undefined
  let round = 0

  function greet(worker: Worker): void {
    if (waiting !== undefined) return void waiting.push(worker)
    greeted.add(worker)
    sendToWorker(worker, { kind: 'start', config, sources, target })
  }

  async function prepare(next: Config, loaded: { sources: OptionSources }): Promise<Pick<Change, 'commit'>> {
    const workers = [...greeted]
    waiting = []
    round++
    const answers = workers.map((worker) => prepared(worker, round))
    for (const worker of workers)
      sendToWorker(worker, { kind: 'prepare', round, config: next, sources: loaded.sources })
    const problem = (await Promise.all(answers)).find((answer) => answer !== undefined)
    const release = (kind: 'commit' | 'discard') => {
      for (const worker of workers) sendToWorker(worker, { kind })
      const late = waiting ?? []
      waiting = undefined
      for (const worker of late) greet(worker)
    }
    if (problem === undefined)
      return {
        commit() {
          config = next
          sources = loaded.sources
          release('commit')
        },
      }
    release('discard')
    throw new Error(problem)
  }

  return {
    get config() {
      return config
    },
    greet,
    forget: (worker) => void greeted.delete(worker),
    prepare,
  }
}

/** Resolves when a worker is ready for another configuration, or has ended; with the reason where it cannot use it. */
function prepared(worker: Worker, round: number): Promise<string | undefined> {
  let stopListening = () => {}
  const answered = new Promise<string | undefined>((resolve) => {
    const onMessage = (answer: FromWorker) => {
      if (answer.kind === 'prepared' && answer.round === round) resolve(answer.problem)
    }
    const onExit = () => resolve(undefined)
    worker.on('message', onMessage)
    worker.once('exit', onExit)
    stopListening = () => worker.off('message', onMessage).off('exit', onExit)
  })
  const late = () => `worker ${worker.id} was not ready for it within ${prepareTimeoutMs} ms`
  return withinDeadline(answered, prepareTimeoutMs, late).finally(stopListening)
}
