import type { Worker } from 'node:cluster'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** Sends a message to a worker, in the process that started it. Nothing happens where the worker has ended. */
export function sendToWorker(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => {})
}

/** Sends a message to the process that started this worker. Nothing happens where that process has ended. */
export function sendToPrimary(message: FromWorker): undefined {
  if (process.connected) process.send?.(message, () => {})
}
