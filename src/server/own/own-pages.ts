import { type CallbackPageOptions, createCallbackPage } from './callback.ts'
import { type ContinuePageOptions, createContinuePage } from './continue.ts'
import { livezPage } from './livez.ts'
import { createLogoutPage, type LogoutPageOptions } from './logout.ts'
import type { OwnPage } from './own-page.ts'
import { createReadyzPage, type ReadyzPageOptions } from './readyz.ts'

export type OwnPagesOptions = CallbackPageOptions &
  LogoutPageOptions &
  ContinuePageOptions &
  ReadyzPageOptions

/** All pages of our own. Every other path below the reserved ones is no page and no object. */
export function createOwnPages(options: OwnPagesOptions): readonly OwnPage[] {
  return [
    createCallbackPage(options),
    createLogoutPage(options),
    createContinuePage(options),
    livezPage,
    createReadyzPage(options),
  ]
}
