import assert from 'node:assert/strict'
import { eventually } from '../helpers/eventually.ts'
import type { ProxyProcess } from '../helpers/proxy/proxy-process.ts'

/** The line of the log when the new configuration is in force. */
export const isTaken = /^configuration read again/
/** The line of the log when the old one stays. */
export const isRefused = /^the new configuration is not taken/

/** Sends SIGHUP. @returns the line of the log with the outcome */
export async function reload(proxy: ProxyProcess) {
  const outcomes = () => proxy.log.filter(({ msg }) => isTaken.test(msg) || isRefused.test(msg))
  const before = outcomes().length
  proxy.child.kill('SIGHUP')
  await eventually(
    async () => outcomes().length,
    (count) => count > before,
  )
  const line = outcomes()[before]
  assert.ok(line !== undefined, 'an outcome was logged')
  return line
}
