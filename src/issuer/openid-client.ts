/**
 * The library that speaks OAuth 2.0 and OpenID Connect. Other files load this one only where they use it, by
 * `await import`, because loading it takes time.
 */
export * from 'openid-client'
