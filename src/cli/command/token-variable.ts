/** The variable that brings an access token: `fetch URL` sends it, and the probe tries it. */
export const tokenVariable = 'S3PROXY_TOKEN'
