import type { ProxyProcess } from '../helpers/proxy/proxy-process.ts'

/**
 * Asks until two workers have each answered: which of them gets a connection is not ours to say.
 *
 * @returns how often it asked
 * @throws Error when one of them got none of 200
 */
export async function askBothWorkers(proxy: ProxyProcess, ask: () => Promise<unknown>): Promise<number> {
  const served = () => proxy.log.filter((line) => line.msg === 'request').map((line) => line.worker)
  for (let count = 1; count <= 200; count++) {
    await ask()
    if (new Set(served()).size === 2) return count
  }
  throw new Error(`only these workers answered: ${[...new Set(served())]}`)
}
