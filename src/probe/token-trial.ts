import type { BearerCheck } from '../bearer/bearer-check.ts'
import { bearerTokenIn } from '../bearer/bearer-token-in.ts'
import { type Person, shownId } from '../person/person.ts'
import { printable } from '../person/printable.ts'
import { whyGroupsAreUnknown } from '../person/unknown-groups.ts'
import { firstNames } from './first-names.ts'
import { type Finding, ProbeFailure } from './probe.ts'
import { adviceOnRefusal, type RefusalAdviceOptions } from './refusal-advice.ts'

export interface TokenTrialOptions extends RefusalAdviceOptions {
  /** The check that requests go through. */
  check: BearerCheck
  scopes: readonly string[]
  groupsClaim: string
  /** Receives the person of a token that is accepted. */
  onAccepted(person: Person): void
}

/** Checks a token as that of a request is checked. No text has anything of the token but who it belongs to. */
export async function tryToken(token: string, options: TokenTrialOptions): Promise<Finding> {
  if (bearerTokenIn(`Bearer ${token}`) !== token)
    throw new ProbeFailure(
      'S3PROXY_TOKEN has not the form of one bearer token',
      'set it to the access token alone, without Bearer, quotes and spaces',
      'BEARER_MALFORMED',
    )
  const verdict = await options.check(token)
  switch (verdict.kind) {
    case 'accepted':
      options.onAccepted(verdict.person)
      return findingOf(verdict.person, options.groupsClaim)
    case 'refused':
      throw new ProbeFailure(
        `it is refused: ${verdict.reason}`,
        adviceOnRefusal(verdict.reason, token, options),
        'BEARER_REFUSED',
      )
    case 'unscoped':
      throw new ProbeFailure(
        'it is valid, and lacks a scope of bearer.scopes',
        `ask the SSO for tokens with the scope ${options.scopes.join(' ')}, or change bearer.scopes`,
        'BEARER_UNSCOPED',
      )
  }
}

function findingOf(person: Person, groupsClaim: string): Finding {
  const { groups } = person
  const who = `accepted: ${shownId(person)}`
  if (groups === 'unknown') {
    return {
      message: `${who}, groups unknown: ${whyUnknown(person, groupsClaim)}`,
      advice:
        'where rules need groups, have the SSO put them into access tokens (a mapper, or a scope), or set sso.groupsClaim to where they stand',
    }
  }
  const names = groups.map((group) => printable(group))
  return { message: `${who}, groups: ${firstNames(names, 'none')}` }
}

function whyUnknown({ claims }: Person, groupsClaim: string): string {
  if (claims === undefined) return 'there are more claims than are kept'
  return whyGroupsAreUnknown(claims, groupsClaim) ?? `there is no claim ${printable(groupsClaim)}`
}
