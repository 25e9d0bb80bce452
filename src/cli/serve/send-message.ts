import type { Worker } from 'node:cluster'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** Tells a worker, in the process that started it. One that has ended meanwhile is not told, which is as well. */
export function sendToWorker(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => {})
}

/** Tells the process that started this worker, which may be gone by now. */
export function sendToPrimary(message: FromWorker): undefined {
  if (process.connected) process.send?.(message, () => {})
}
