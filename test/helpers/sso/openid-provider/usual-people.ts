import type { Claims } from './openid-provider-types.ts'

/** People of the provider. Somebody else has a verified address at example.com, and no claim of groups. */
export const usualPeople: Readonly<Record<string, Claims>> = {
  ada: { name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true, groups: ['staff', 'admins'] },
  bob: { name: 'Bob Example', email: 'Bob@Example.com', email_verified: true, groups: ['staff'] },
  carol: { name: 'Carol Example', email: 'carol@example.com', email_verified: false, groups: [] },
  dave: {
    name: 'Dave Elsewhere',
    email: 'dave@elsewhere.example',
    email_verified: true,
    groups: '/partners',
  },
}

export function claimsOf(people: ReadonlyMap<string, Claims>, person: string): Claims {
  return people.get(person) ?? { name: person, email: `${person}@example.com`, email_verified: true }
}
