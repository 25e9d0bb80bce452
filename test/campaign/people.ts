/** Somebody who signs in. */
export interface SomePerson {
  /** The name in the cookie of the SSO. */
  name: string
  /** Whether the rules let this person see the objects of the team. */
  isOfTeam: boolean
  /** The answer of the SSO about this person. */
  claims: Record<string, unknown>
}

/** People with different rights, in the order in which visitors become them. */
export const people: readonly [SomePerson, ...SomePerson[]] = [
  { name: 'jo', isOfTeam: true, claims: { user_id: 'user-1', groups: ['staff', 'team'] } },
  { name: 'kim', isOfTeam: false, claims: { user_id: 'user-2', groups: ['staff', 'teams', 'Team'] } },
  // Groups that nobody understands allow nothing, and every rule that asks for groups denies.
  { name: 'lee', isOfTeam: false, claims: { user_id: 'user-3', groups: [7, 'team'] } },
]

/** Everything is everybody's, except the folders of the team. */
export const accessRules = [
  { name: 'everybody', allow: ['/**'], to: { everyone: true } },
  { name: 'team only', deny: ['/team/**', '/tëam/**'], unless: { groups: ['team'] } },
]
