import cluster from 'node:cluster'
import type { Config } from '../../config/schema/config-schema.ts'
import { messageOf } from '../../errors.ts'
import type { Change } from '../../wiring/create-app.ts'
import { openLog } from './open-log.ts'
import { sendToPrimary } from './send-message.ts'
import { serveApp } from './serve-app.ts'
import type { ToWorker } from './worker-messages.ts'

/** Serves until SIGTERM, with the configuration that the parent process sends. */
export async function serveAsWorker(): Promise<number> {
  const receive = receiveMessages()
  sendToPrimary({ kind: 'hello' })
  const start = await receive()
  if (start.kind !== 'start') throw new Error(`expected to be started, and not ${start.kind}`)
  const { config, target } = start
  let { sources } = start
  const { log, output } = await openLog({
    level: config.log.level,
    fields: { worker: cluster.worker?.id },
  })

  async function obey(prepare: (config: Config) => Promise<Change>): Promise<void> {
    let change: Change | undefined
    let taken: (ToWorker & { kind: 'prepare' }) | undefined
    for (;;) {
      const message = await receive()
      if (message.kind === 'prepare') {
        taken = message
        change = await prepare(message.config).catch((error: unknown) =>
          sendToPrimary({ kind: 'prepared', round: message.round, problem: messageOf(error) }),
        )
        if (change !== undefined) sendToPrimary({ kind: 'prepared', round: message.round })
      } else if (message.kind === 'discard') change?.discard()
      else if (message.kind === 'commit' && change !== undefined && taken !== undefined) {
        change.commit()
        log.level = taken.config.log.level
        sources = taken.sources
      }
      if (message.kind !== 'prepare') change = undefined
    }
  }

  const status = await serveApp({
    config,
    target,
    log,
    sources: () => sources,
    output,
    onListening: (prepare) => void obey(prepare),
  })
  await output.close(lastLinesMs)
  cluster.worker?.disconnect()
  return status
}

/** Time that the log's reader has for the last lines of a worker. */
const lastLinesMs = 250

/** @returns a function that resolves with the next message of the parent, in the order in which they came */
function receiveMessages(): () => Promise<ToWorker> {
  const received: ToWorker[] = []
  let onMessage = () => {}
  process.on('message', (message: ToWorker) => {
    // `answerPrimary` answers these at once.
    if (message.kind === 'ask') return
    received.push(message)
    onMessage()
  })
  return () =>
    new Promise((resolve) => {
      onMessage = () => {
        const message = received.shift()
        if (message === undefined) return
        onMessage = () => {}
        resolve(message)
      }
      onMessage()
    })
}
