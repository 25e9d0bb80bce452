/** A token that no SSO has given. It has the form of an opaque one. */
export const madeUpToken = 's3proxy-probe'
