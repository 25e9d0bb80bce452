import { ownPathPrefix } from '../../http/own-paths.ts'
import { oneWord } from './one-word.ts'
import { type HostlessPage, readingMethods } from './own-page.ts'

export interface ReadyzPageOptions {
  readiness: { check(): Promise<{ state: 'ok' | 'degraded' | 'unready' }> }
}

/** Creates the page that shows whether this process should get requests. Only the admin port has the reasons. */
export function createReadyzPage({ readiness }: ReadyzPageOptions): HostlessPage {
  return {
    kind: 'readyz',
    path: `${ownPathPrefix}readyz`,
    methods: readingMethods,
    needsHost: false,
    async answer() {
      const { state } = await readiness.check()
      return oneWord(state === 'unready' ? 503 : 200, state)
    },
  }
}
