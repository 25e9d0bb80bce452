import { choice, flag, list, textLike } from './option-types.ts'
import { section } from './section.ts'
import { issuerUrl, plainText, rootUrl, shaped, vschars } from './text-shapes.ts'

const expectedScope = 'expected scopes in printable ASCII without spaces, quotes and backslashes'
const scope = shaped(/^[\x21\x23-\x5b\x5d-\x7e]+$/, expectedScope)

/** The tokens of programs, which come in the header `authorization`. */
export const bearer = section({
  accept: choice(
    'way in which bearer tokens of programs are checked. jwt: by the keys of their issuer (RFC 9068); introspection: the server that gave them is asked (RFC 7662); identity: the identity endpoint of the SSO is asked',
    ['none', 'jwt', 'introspection', 'identity'],
  ).default('none'),
  issuer: textLike(
    'issuer identifier of the server that programs get tokens from, byte for byte as that server has it; default: sso.issuer',
    issuerUrl,
  ).optional(),
  audience: list(
    'audiences, of which a token has to be made for one; required for jwt, and for introspection without bearer.scopes',
    plainText,
    'expected audiences, such as https://assets.example.com',
  ).optional(),
  scopes: list(
    'scopes that every token has to have, for jwt and introspection',
    scope,
    expectedScope,
  ).optional(),
  allowPlainJwt: flag(
    'for jwt: take access tokens whose header says JWT, or no type, in place of at+jwt, as those of many servers',
  ).default(false),
  introspectionUrl: textLike(
    'introspection endpoint, as this server reaches it; default: the one in the discovery document of the issuer',
    rootUrl,
  ).optional(),
  terminalClientId: textLike(
    'id of the public client that `s3proxy fetch URL` signs in with; programs find it in the metadata of this site',
    vschars,
  ).optional(),
})
