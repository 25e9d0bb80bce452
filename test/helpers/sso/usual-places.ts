/** The claims that tell of a person unless the configuration chooses others. */
export const usualPlaces = {
  nameClaim: 'name',
  emailClaim: 'email',
  groupsClaim: '/groups',
  trustEmail: false,
}
