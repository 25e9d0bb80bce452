import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** @returns a function that collects all garbage at once, so that a test sees what is still in use */
export function exposeGarbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
