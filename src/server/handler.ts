import type { Access } from '../access/create-access.ts'
import type { BearerOptions } from '../bearer/bearer-options.ts'
import type { BodyWatch } from '../http/body-watch.ts'
import { errorReply } from '../http/error-reply.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import { createBearerIdentity } from '../identity/by-bearer.ts'
import { createLegacyIdentity } from '../identity/by-legacy-session.ts'
import { createSessionIdentity } from '../identity/by-session.ts'
import { challenge } from '../identity/challenge.ts'
import { type Identity, identify } from '../identity/identify.ts'
import { createSessionKeeper, type SessionKeeperOptions } from '../identity/keep-session.ts'
import type { LegacySessions } from '../identity/legacy-session.ts'
import type { Limits } from '../limits/limits.ts'
import type { MountPlace } from '../mount/find-mount.ts'
import { createGuestReads } from '../object/guest-reads.ts'
import type { ObjectKey } from '../object/key.ts'
import { guests } from '../s3/fair-shares.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { answerFailure } from './answer-failure.ts'
import { deniedReply } from './denied.ts'
import { limitedReply } from './limited-reply.ts'
import { readingMethods } from './own/own-page.ts'
import { createOwnPages, type OwnPagesOptions } from './own/own-pages.ts'
import { createRouter, routeKindOf } from './route.ts'
import type { SiteResolver } from './site.ts'
import { createViews, type Views, type ViewsOptions } from './views.ts'

/** Everything that a request may need. */
export interface HandlerOptions
  extends Omit<OwnPagesOptions, 'identify'>,
    Omit<ViewsOptions, keyof ServedMount | 'guestReads'>,
    Omit<SessionKeeperOptions, 'sessions' | 'sso'> {
  siteOf: SiteResolver
  mounts: readonly ServedMount[]
  /** The most bodies at once that visitors who are not signed in may read. */
  maxGuestBodies: number
  healthcheckKey: string | undefined
  /** The rules about who gets what. */
  access: Pick<Access, 'decide'>
  /** A page, a mailbox or a text that tells where to ask for access. */
  contact?: string | undefined
  /** Sessions of the original, where they are accepted. */
  legacySessions?: LegacySessions
  /** How bearer tokens are accepted, where they are. */
  bearer?: BearerOptions
  /** Limits of what one person has at once, where there are any. */
  limits?: Limits | undefined
  /** Watches over the sessions of bodies under way, where they are looked up. */
  bodyWatch?: BodyWatch | undefined
}

/** A mount that objects are served from. */
export interface ServedMount
  extends MountPlace,
    Pick<ViewsOptions, 'source' | 'isSandboxed' | 'onDenied' | 'onRefused'> {
  /** `undefined` for the one bucket of a configuration without mounts. */
  readonly name: string | undefined
}

/** Answers one request; never rejects. */
export type Handler = (request: ProxyRequest, record: RequestRecord) => Promise<Reply>

export function createHandler(options: HandlerOptions): Handler {
  const identities = createIdentities(options)
  const ownPages = createOwnPages({
    ...options,
    identify: (request, site, record) => identify(identities, request, site, record),
  })
  const guestReads = createGuestReads(options.maxGuestBodies)
  const mounts = options.mounts.map((mount) => ({
    ...mount,
    views: createViews({ ...options, ...mount, guestReads }),
  }))
  const route = createRouter(ownPages, mounts, options.healthcheckKey)

  async function handle(request: ProxyRequest, record: RequestRecord): Promise<Reply> {
    const target = route(request.path, request.host)
    record.route = routeKindOf(target)
    if (target.kind === 'invalid') return errorReply('TARGET_INVALID', request, record)
    if ('key' in target) {
      record.key = target.key
      record.mount = target.mount.name
    }
    const methods = 'page' in target ? target.page.methods : readingMethods
    if (!methods.includes(request.method))
      return errorReply('METHOD_NOT_ALLOWED', request, record, { headers: ['allow', methods.join(', ')] })

    // Platforms probe by address, so these need no known host.
    if (target.kind === 'healthcheck') return target.mount.views.healthcheck(request, record, target.key)
    if (target.kind === 'hostless-page') return target.page.answer(request, record)
    const site = options.siteOf(request)
    if (site === undefined) return errorReply('HOST_MISDIRECTED', request, record)
    if (target.kind === 'site-page') return target.page.answer(request, record, site)
    if (target.kind === 'nothing') return errorReply('OBJECT_NOT_FOUND', request, record)

    const visitor = await identify(identities, request, site, record)
    if (visitor.kind === 'reply') return visitor.reply
    const { person } = visitor
    const decision = options.access.decide(person, 'read', target.path, target.mount?.name)
    record.ground = decision.ground
    record.rule = decision.rule
    switch (decision.kind) {
      case 'challenge':
        return challenge(options, request, record, site, request.path + request.query)
      case 'denied':
        return deniedReply(request, record, person, options.contact)
      case 'allowed':
        if (!('key' in target)) return errorReply('OBJECT_NOT_FOUND', request, record)
        return objectReply(request, record, target.mount.views, target.key, visitor.sharer)
    }
  }

  /** @param person tells people apart; `undefined` for visitors who are not signed in, who have a limit of their own */
  function objectReply(
    request: ProxyRequest,
    record: RequestRecord,
    views: Views,
    key: ObjectKey,
    person: string | undefined,
  ): Promise<Reply> {
    const { limits } = options
    if (person === undefined) return views.object(request, record, key, guests)
    if (limits === undefined) return views.object(request, record, key, person)
    return limitedReply(limits, request, record, person, (asked) => views.object(asked, record, key, person))
  }

  return async (request, record) => {
    try {
      return await handle(request, record)
    } catch (error) {
      return answerFailure(error, request, record, options.log)
    }
  }
}

/** Creates the identities in the order in which they are asked. */
function createIdentities(options: HandlerOptions): Identity[] {
  const bySession = createSessionIdentity(options.sessions, createSessionKeeper(options), options.bodyWatch)
  const { legacySessions, bearer, log } = options
  return [
    bySession,
    // A request with a token is never asked about a session of the original.
    ...(bearer === undefined ? [] : [createBearerIdentity({ bearer, log })]),
    ...(legacySessions === undefined ? [] : [createLegacyIdentity(legacySessions)]),
  ]
}
