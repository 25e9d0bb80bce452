/** Claims as SSOs were seen to send them, for `behave({ claims })`. */
export const claimShapes = {
  groupsAsText: { groups: 'staff' },
  groupsAsObject: { groups: { staff: true, admins: true } },
  /** As Keycloak sends the full path of a group. */
  groupsWithSlash: { groups: ['/staff', '/staff/admins'] },
  /** As Keycloak sends the roles of its realm. */
  rolesOfRealm: { realm_access: { roles: ['staff'] } },
  /** As Entra ID sends in the id token for a person in more than 200 groups. */
  groupsOverage: {
    _claim_names: { groups: 'src1' },
    _claim_sources: { src1: { endpoint: 'https://graph.windows.net/tenant/users/user/getMemberObjects' } },
  },
  /** As Entra ID sends for that person in a short token. */
  groupsOverageShort: { hasgroups: true },
  groupsAsNumbers: { groups: [1, 2] },
  emailUnverified: { email: 'jo@example.com', email_verified: false },
  emailVerifiedAsText: { email: 'jo@example.com', email_verified: 'true' },
  emailInOtherLetters: { email: 'Jo@EXAMPLE.com', email_verified: true },
  emailWithoutVerified: { email: 'jo@example.com' },
} satisfies Record<string, Record<string, unknown>>
