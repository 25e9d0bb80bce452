import { type CallbackParts, createCallbackPage } from './callback.ts'
import { type ContinueParts, createContinuePage } from './continue.ts'
import { livezPage } from './livez.ts'
import { createLogoutPage, type LogoutParts } from './logout.ts'
import type { OwnPage } from './own-page.ts'
import { createReadyzPage, type ReadyzParts } from './readyz.ts'

export type OwnPagesParts = CallbackParts & LogoutParts & ContinueParts & ReadyzParts

/** All pages of our own. Every other path below the reserved ones is no page and no object. */
export function createOwnPages(parts: OwnPagesParts): readonly OwnPage[] {
  return [
    createCallbackPage(parts),
    createLogoutPage(parts),
    createContinuePage(parts),
    livezPage,
    createReadyzPage(parts),
  ]
}
