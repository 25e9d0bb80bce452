import type { IncomingMessage } from 'node:http'
import type { ByteSource } from '../../../http/byte-source.ts'
import { ProxyFailure } from './proxy-failure.ts'

/**
 * Makes the body of an answer a source that is pulled. A body that ends before its length, or before the end of its coding,
 * is a failure: Node tells both.
 *
 * @param silenceMs the longest wait for its next bytes
 */
export function createAnswerBody(answer: IncomingMessage, silenceMs: number): ByteSource {
  let settle: (() => void) | undefined
  const wake = () => settle?.()
  for (const event of ['readable', 'end', 'error', 'close'] as const) answer.on(event, wake)

  /** Looks for bytes. @returns `undefined` where there are none yet */
  function look(): Uint8Array | null | undefined {
    const piece: Buffer | null = answer.read()
    if (piece !== null) return piece
    if (answer.readableEnded && answer.complete) return null
    if (answer.errored || answer.destroyed) throw new ProxyFailure('the proxy broke off', true)
    return undefined
  }

  return {
    read() {
      const piece = look()
      if (piece !== undefined) return piece
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          settle = undefined
          reject(new ProxyFailure(`nothing more came from the proxy within ${silenceMs} ms`, true))
        }, silenceMs)
        settle = () => {
          try {
            const next = look()
            if (next === undefined) return
            resolve(next)
          } catch (error) {
            reject(error)
          }
          settle = undefined
          clearTimeout(timer)
        }
      })
    },
    cancel() {
      answer.destroy()
      wake()
    },
  }
}
