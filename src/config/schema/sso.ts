import { authorizeParameter, expectedParameters, ownParameterIn } from './authorize-parameter.ts'
import { choice, count, file, flag, list, textLike } from './option-types.ts'
import { section } from './section.ts'
import { ssoAddress } from './sso-address.ts'
import { claimPlace, issuerUrl, rootUrl, shaped, vschars } from './text-shapes.ts'
import { day } from './units.ts'

/** The root URL of the SSO. Its pages are below it, and are no part of it. */
const ssoUrl = rootUrl.refine(
  (value) => !/\/(?:o\/(?:authorize|token)|api\/v1\/user\/me)\/?$/i.test(value),
  'expected the root URL of the SSO: leave out o/authorize/, o/token/ or api/v1/user/me/ at its end, which are added',
)

/** Scopes as in RFC 6749 appendix A.4. */
const scopes = shaped(
  /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/,
  'expected scopes in printable ASCII, separated by single spaces',
)

const authorizeAddress = ssoAddress(true).superRefine((address, context) => {
  const name = ownParameterIn(address)
  if (name !== undefined) context.addIssue(`expected a query without ${name}: logins set it`)
})

/** The SSO, and the application that s3proxy is registered as. */
export const sso = section({
  issuer: textLike(
    'issuer identifier of an OpenID provider, to the byte; its discovery document has the addresses, in place of the next five options',
    issuerUrl,
  ).optional(),
  url: textLike(
    'root URL of the SSO, as browsers reach it; required unless the addresses below are whole URLs',
    ssoUrl,
    { env: ['SSO_URL'] },
  ).optional(),
  internalUrl: textLike(
    'root URL of the SSO, as this server reaches it; default: sso.url, or sso.issuer',
    ssoUrl,
    {
      env: ['SSO_URL_INTERNAL'],
    },
  ).optional(),
  authorizeUrl: textLike(
    'page where people sign in: a URL, which may have a query, or a path below sso.url',
    authorizeAddress,
  ).default('o/authorize/'),
  tokenUrl: textLike(
    'token endpoint: a URL, or a path below sso.internalUrl, else sso.url',
    ssoAddress(false),
  ).default('o/token/'),
  identityUrl: textLike(
    'address that names the person of a token: a URL, or a path below sso.internalUrl, else sso.url',
    ssoAddress(true),
  ).default('api/v1/user/me/'),
  clientId: textLike('id of the application at the SSO', vschars, { env: ['SSO_CLIENT_ID'] }),
  clientSecret: textLike('secret of the application, for post and basic', vschars, {
    env: ['SSO_CLIENT_SECRET'],
    isSecret: true,
  }).optional(),
  clientAuthentication: choice(
    'way in which the application says to the token endpoint who it is: its secret in the form or in the header, nothing but its id, or an assertion that its key signs; default: post, and with sso.issuer what the SSO offers, basic before post',
    ['post', 'basic', 'none', 'private_key_jwt'],
  ).optional(),
  clientKeyFile: file(
    'private key of the application, in PEM, for private_key_jwt: RSA of 2048 bits or more, EC P-256, or Ed25519',
  ).optional(),
  clientAssertionAudience: textLike(
    'audience of that assertion; default: the address of the token endpoint, and with sso.issuer that issuer',
    vschars,
  ).optional(),
  timeoutMs: count('time for one call to the SSO', 10, day).default(10_000),
  tokenCheckIntervalSeconds: count(
    'time that a verified token is trusted; with 0 every request asks the SSO',
    0,
    86_400,
    { env: ['SSO_TOKEN_CHECK_GRACE_PERIOD'] },
  ).default(60),
  scope: textLike(
    'scope that logins ask for; default: read write, and with sso.issuer openid profile email',
    scopes,
  ).optional(),
  authorizeParameters: list(
    'more parameters of the page where people sign in, such as prompt=login and hd=example.com; values are plain text',
    authorizeParameter,
    expectedParameters,
  ).optional(),
  logoutUrl: textLike(
    'page of the SSO that ends its own session, where a logout leads to: a URL, or a path below sso.url',
    ssoAddress(true),
  ).optional(),
  userClaim: textLike(
    'claim that names the person in the answer of the SSO, or a JSON Pointer to it; default: the first of user_id, sub, id, email and username that is there',
    claimPlace,
  ).optional(),
  nameClaim: textLike('claim with the name for people to read, or a JSON Pointer to it', claimPlace).default(
    'name',
  ),
  emailClaim: textLike('claim with the e-mail address, or a JSON Pointer to it', claimPlace).default('email'),
  groupsClaim: textLike(
    'claim with the groups, or a JSON Pointer to it: texts, one text, or an object whose values are true',
    claimPlace,
  ).default('/groups'),
  trustEmail: flag(
    'take every e-mail address for verified; otherwise only those whose claim email_verified is true',
  ).default(false),
})
