import { whyGroupsAreUnknown } from '../person/unknown-groups.ts'
import type { SsoClient } from './sso-client.ts'

/**
 * Watches logins at an SSO for people about whose groups it tells nothing, and calls `onMissing` with the first of them.
 * Groups in an odd form are another matter.
 *
 * @param groupsClaim the claim that should have the groups: a plain name or a JSON Pointer
 */
export function watchForGroups(sso: SsoClient, groupsClaim: string, onMissing: () => void): SsoClient {
  let hasTold = false
  return {
    ...sso,
    async finish(login, record) {
      const granted = await sso.finish(login, record)
      if (hasTold || granted.kind !== 'known') return granted
      const { groups, claims } = granted.grant.person
      hasTold =
        groups === 'unknown' && claims !== undefined && whyGroupsAreUnknown(claims, groupsClaim) === undefined
      if (hasTold) onMissing()
      return granted
    },
  }
}
