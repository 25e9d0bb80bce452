import { callbackPath } from '../../http/own-paths.ts'
import type { Log } from '../../log/log.ts'
import { logFailure } from '../../log/log-failure.ts'
import type { LoginOptions } from '../../sso/begin-login.ts'
import { finishLogin } from '../../sso/finish-login.ts'
import { readingMethods, type SitePage } from './own-page.ts'

export interface CallbackPageOptions extends LoginOptions {
  log: Log
}

/** The page that the SSO sends browsers back to. */
export function createCallbackPage(options: CallbackPageOptions): SitePage {
  return {
    kind: 'callback',
    path: callbackPath,
    methods: readingMethods,
    needsHost: true,
    async answer(request, record, site) {
      record.login = 'failed'
      const finished = await finishLogin(options, request, record, site)
      record.person = finished.person
      record.login = finished.step
      if (finished.failure !== undefined) logFailure(options.log, record.requestId, finished.failure)
      return finished.reply
    },
  }
}
