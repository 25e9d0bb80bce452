import type { BearerOptions } from '../../bearer/bearer-options.ts'
import { type BackchannelLogoutPageOptions, createBackchannelLogoutPage } from './backchannel-logout.ts'
import { type CallbackPageOptions, createCallbackPage } from './callback.ts'
import { type ContinuePageOptions, createContinuePage } from './continue.ts'
import { livezPage } from './livez.ts'
import { createLogoutPage, type LogoutPageOptions } from './logout.ts'
import { createMePage, type MePageOptions } from './me.ts'
import type { OwnPage } from './own-page.ts'
import { createReadyzPage, type ReadyzPageOptions } from './readyz.ts'
import { createResourceMetadataPage } from './resource-metadata.ts'
import { createSignedOutPage } from './signed-out.ts'

export type OwnPagesOptions = CallbackPageOptions &
  LogoutPageOptions &
  MePageOptions &
  ContinuePageOptions &
  ReadyzPageOptions & {
    /** How bearer tokens are accepted. Without it, the document for programs does not exist. */
    bearer?: Omit<BearerOptions, 'check'>
    /** Logouts that the SSO asks for, where it can. */
    backchannel?: BackchannelLogoutPageOptions
  }

/** Creates the table of all own pages. Other paths below the reserved ones are neither a page nor an object. */
export function createOwnPages(options: OwnPagesOptions): readonly OwnPage[] {
  return [
    createCallbackPage(options),
    createLogoutPage(options),
    createSignedOutPage(options),
    ...(options.backchannel === undefined ? [] : [createBackchannelLogoutPage(options.backchannel)]),
    createMePage(options),
    createContinuePage(options),
    livezPage,
    createReadyzPage(options),
    ...(options.bearer === undefined ? [] : [createResourceMetadataPage(options.bearer)]),
  ]
}
